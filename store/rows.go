package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// rowWriter inserts many rows with few statements. Their places have no
// numbers: the driver would look for each one's name in the list of all.
type rowWriter struct {
	tx         *Tx
	head, tail string
	columns    int
	args       []any
	full       *sql.Stmt
}

const rowsAtOnce = 64

func newRows(tx *Tx, head, tail string, columns int) *rowWriter {
	return &rowWriter{tx: tx, head: head, tail: tail, columns: columns}
}

func (w *rowWriter) text(rows int) string {
	var b strings.Builder
	b.WriteString(w.head)
	for i := range rows * w.columns {
		switch {
		case i == 0:
			b.WriteString("(?")
		case i%w.columns == 0:
			b.WriteString("), (?")
		default:
			b.WriteString(", ?")
		}
	}
	b.WriteString(")" + w.tail)
	return b.String()
}

func (w *rowWriter) add(ctx context.Context, values ...any) error {
	w.args = append(w.args, values...)
	if len(w.args) < rowsAtOnce*w.columns {
		return nil
	}
	if w.full == nil {
		var err error
		if w.full, err = w.tx.PrepareContext(ctx, w.text(rowsAtOnce)); err != nil {
			return err
		}
	}
	_, err := w.full.ExecContext(ctx, w.args...)
	w.args = w.args[:0]
	return err
}

func (w *rowWriter) close(ctx context.Context) error {
	var err error
	if len(w.args) > 0 {
		_, err = w.tx.ExecContext(ctx, w.text(len(w.args)/w.columns), w.args...)
	}
	if w.full != nil {
		err = errors.Join(err, w.full.Close())
	}
	return err
}
