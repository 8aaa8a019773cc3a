package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// errMissed means that a limit was missed; the table has said which.
var errMissed = errors.New("a limit was missed")

// mega is a megabyte in all limits: the smaller one.
const mega = 1e6

// row is one measured value. One without a limit informs only.
type row struct {
	what, value, limit string
	judged, missed     bool
}

// table collects the values, and where they come from.
type table struct {
	begin   time.Time
	rows    []row
	sources []string
}

func newTable() *table { return &table{begin: time.Now()} }

// say tells what is going on, beside the table.
func (t *table) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%6.1fs  %s\n", time.Since(t.begin).Seconds(), fmt.Sprintf(format, args...))
}

// add adds a value with its limit; the unit's format is that of one float.
func (t *table) add(what, format string, value, limit float64) {
	missed := math.IsNaN(value) || value > limit
	t.rows = append(t.rows, row{what, fmt.Sprintf(format, value), "≤ " + fmt.Sprintf(format, limit), true, missed})
}

// note adds a value without a limit.
func (t *table) note(what, format string, args ...any) {
	t.rows = append(t.rows, row{what: what, value: fmt.Sprintf(format, args...)})
}

// source tells in one line where values come from.
func (t *table) source(format string, args ...any) {
	t.sources = append(t.sources, fmt.Sprintf(format, args...))
}

func (t *table) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w)
	missed := 0
	for _, r := range t.rows {
		mark := " "
		if r.judged {
			mark = "✓"
		}
		if r.missed {
			mark = "✗"
			missed++
		}
		fmt.Fprintf(w, "%s %s\t%s\t%s\n", mark, r.what, r.value, r.limit)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nWhere the numbers come from:")
	for _, s := range t.sources {
		fmt.Fprintln(out, "-", s)
	}
	fmt.Fprintf(out, "\nMeasured in %s.\n", time.Since(t.begin).Round(time.Second))
	if missed > 0 {
		fmt.Fprintf(out, "%d limit(s) missed.\n", missed)
		return errMissed
	}
	return nil
}

// quantile is by nearest rank; it sorts a copy.
func quantile(list []time.Duration, q float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
