package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"

	"buffet/offers"
)

// maxPacked is how many bytes a compressed calendar may have: more than a
// million dates.
const maxPacked = 32 << 20

var errTooLarge = errors.New("calendar is too large")

// page is a calendar as it goes out. It is kept compressed, a tenth of what it
// says, so that nothing has to be read while a slow client takes it.
type page struct {
	packed bytes.Buffer
	size   int64 // not compressed
}

// write renders a calendar.
func (p *page) write(opt offers.CalendarOptions, list iter.Seq2[offers.Published, error]) error {
	z, err := gzip.NewWriterLevel(&bounded{&p.packed}, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if err := offers.WriteCalendar(&counted{z, &p.size}, opt, list); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("compress calendar: %w", err)
	}
	return nil
}

func (p *page) length(packed bool) int64 {
	if packed {
		return int64(p.packed.Len())
	}
	return p.size
}

func (p *page) send(w io.Writer, packed bool) error {
	if packed {
		_, err := w.Write(p.packed.Bytes())
		return err
	}
	z, err := gzip.NewReader(bytes.NewReader(p.packed.Bytes()))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, z) //nolint:gosec // our own
	return err
}

// bounded refuses more than maxPacked.
type bounded struct{ to *bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.to.Len()+len(p) > maxPacked {
		return 0, errTooLarge
	}
	return b.to.Write(p)
}

type counted struct {
	to io.Writer
	n  *int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	*c.n += int64(n)
	return n, err
}
