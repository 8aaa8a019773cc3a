package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"buffet/knowledge"
)

// ExportCmd writes what a network gathered.
type ExportCmd struct {
	Network string `required:"" help:"The network whose questions and experiences are written."`
	Rooms   bool   `help:"Also what only a room's members may see. It cannot be imported again."`
	File    string `arg:"" optional:"" default:"-" help:"A new file; - is the terminal."`
}

// Run writes JSONL to a new file that only its owner can read, or to the
// terminal. A file that is there already is never overwritten.
func (x *ExportCmd) Run(ctx context.Context, p *Program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	n := c.network(x.Network)
	if n == nil {
		return fmt.Errorf("there is no network %q in %s", x.Network, p.cli.Config)
	}
	st, err := c.database(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	write := func(w io.Writer) (int, error) {
		out := bufio.NewWriter(w)
		lines, err := knowledge.Export(ctx, st.Reader(), n.Name, out, x.Rooms)
		return lines, errors.Join(err, out.Flush())
	}
	if x.File == "-" {
		_, err := write(p.Out)
		return err
	}
	f, err := os.OpenFile(x.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	lines, err := write(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(x.File)) // half of it would pass for all of it
	}
	fmt.Fprintf(p.Out, "%d lines in %s\n", lines, x.File)
	return nil
}
