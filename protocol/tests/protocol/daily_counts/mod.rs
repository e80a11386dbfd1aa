mod adversary;
mod formats;
mod leaks;
mod tens;
