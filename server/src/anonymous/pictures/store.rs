use sqlx::any::AnyRow;
use undersign_client_lib::organiser::ShownPicture;
use undersign_protocol::petition::PetitionId;

use crate::storage::transaction::{blob, number};
use crate::storage::{StorageError, Transaction};

impl Transaction {
    /// Keeps a petition's picture, unless there is one.
    pub(super) async fn insert_picture(
        &mut self,
        petition_id: &PetitionId,
        picture: &ShownPicture,
    ) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query(
            "INSERT INTO picture (petition_id, jpeg, width, height) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(petition_id.as_bytes().as_slice())
        .bind(picture.jpeg.as_slice())
        .bind(i64::from(picture.width))
        .bind(i64::from(picture.height))
        .execute(self.connection())
        .await
        .map_err(named)?;
        Ok(())
    }

    /// Deletes the picture of a petition that was refused.
    pub(in crate::anonymous) async fn delete_picture(&mut self, petition_id: &PetitionId) -> Result<(), StorageError> {
        let named = self.named();
        sqlx::query("DELETE FROM picture WHERE petition_id = $1")
            .bind(petition_id.as_bytes().as_slice())
            .execute(self.connection())
            .await
            .map_err(named)?;
        Ok(())
    }

    /// The picture.
    pub(in crate::anonymous) async fn picture(
        &mut self,
        petition_id: &PetitionId,
    ) -> Result<Option<ShownPicture>, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT jpeg, width, height FROM picture WHERE petition_id = $1")
            .bind(petition_id.as_bytes().as_slice())
            .fetch_optional(self.connection())
            .await
            .map_err(named)?;
        let read = |row: AnyRow| {
            let (width, height) = size(&row)?;
            Ok(ShownPicture { jpeg: blob(&row, "jpeg")?, width, height })
        };
        row.map(read).transpose()
    }

    /// Its width and height alone.
    pub(super) async fn picture_size(&mut self, petition_id: &PetitionId) -> Result<Option<(u32, u32)>, StorageError> {
        let named = self.named();
        let row = sqlx::query("SELECT width, height FROM picture WHERE petition_id = $1")
            .bind(petition_id.as_bytes().as_slice())
            .fetch_optional(self.connection())
            .await
            .map_err(named)?;
        row.as_ref().map(size).transpose()
    }
}

fn size(row: &AnyRow) -> Result<(u32, u32), StorageError> {
    let pixels = |column| u32::try_from(number(row, column)?).map_err(|_| StorageError::Row(column));
    Ok((pixels("width")?, pixels("height")?))
}
