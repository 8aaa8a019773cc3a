package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"buffet/knowledge"
	"buffet/store"
)

// isJSONL tells whether the source is a file of JSON objects.
func (i *ImportCmd) isJSONL() (bool, error) {
	if strings.Contains(i.Source, "://") {
		return false, nil
	}
	switch strings.ToLower(filepath.Ext(i.Source)) {
	case ".jsonl", ".ndjson":
		return true, nil
	}
	f, err := os.Open(i.Source)
	if err != nil {
		return false, fmt.Errorf("read import: %w", err)
	}
	defer f.Close()
	in := bufio.NewReader(io.LimitReader(f, 4096))
	for {
		r, _, err := in.ReadRune()
		if errors.Is(err, io.EOF) {
			return false, nil
		} else if err != nil {
			return false, fmt.Errorf("read import: %w", err)
		}
		if r != '\ufeff' && !unicode.IsSpace(r) {
			return r == '{', nil
		}
	}
}

func (i *ImportCmd) runJSONL(ctx context.Context, p *Program, c *Config, n *Network) error {
	f, err := os.Open(i.Source)
	if err != nil {
		return fmt.Errorf("read import: %w", err)
	}
	defer f.Close()
	entries, skipped, err := knowledge.ReadJSONL(f)
	if err != nil {
		return err
	}
	st, err := c.database(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	var report knowledge.Report
	rolledBack := errors.New("dry run")
	err = st.Write(ctx, func(tx *store.Tx) error {
		if report, err = knowledge.Import(ctx, tx, n.Name, entries, time.Now()); err == nil && i.DryRun {
			return rolledBack
		}
		return err
	})
	if err != nil && !errors.Is(err, rolledBack) {
		return err
	}
	report.Skipped = append(skipped, report.Skipped...)
	return i.printJSONL(p, report)
}

func (i *ImportCmd) printJSONL(p *Program, r knowledge.Report) error {
	if i.JSON {
		e := json.NewEncoder(p.Out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(p.Out, "line %d skipped: %s\n", s.Line, s.Reason)
	}
	if i.DryRun {
		fmt.Fprint(p.Out, "Nothing is written. It would be: ")
	}
	fmt.Fprintf(p.Out, "%d new, %d changed, %d unchanged, %d skipped\n", r.New, r.Changed, r.Unchanged, len(r.Skipped))
	return nil
}
