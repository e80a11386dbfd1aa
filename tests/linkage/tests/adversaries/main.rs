//! The second and the third adversary of the linkage game in small, and what else is seen by who counts or watches.

/// Whether what a real server sees is what the model gives whoever watches.
mod live;

/// Whether the published numbers are those of the seed.
mod numbers;

/// What whoever reads mailboxes learns, and what not.
mod mailboxes;

/// What the number of rows tells over time.
mod row_counts;
