package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// freeVersion is the number of freeMigration.
const freeVersion = 17

// freeMigration makes deliveries cheaper to write for PostgreSQL.
//
// It looks up no mailing for each delivery any more, which was a third of what
// making one took. That there is no delivery without a mailing is kept by those
// who write: a mailing is inserted in the same commit as its deliveries or its
// roll, and deleteLetters, the only one to delete mailings, deletes both.
func (s *Store) freeMigration() *goose.Migration {
	in := func(statement string) *goose.GoFunc {
		return &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			if s.engine.name != "postgres" {
				return nil
			}
			_, err := tx.ExecContext(ctx, statement)
			return err
		}}
	}
	return goose.NewGoMigration(freeVersion, in(`
		DO $$ DECLARE name TEXT; BEGIN
		    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'deliveries'::regclass AND contype = 'f' LOOP
		        EXECUTE format('ALTER TABLE deliveries DROP CONSTRAINT %I', name);
		    END LOOP;
		END $$`),
		in("ALTER TABLE deliveries ADD FOREIGN KEY (mailing) REFERENCES mailings (id) ON DELETE CASCADE"))
}
