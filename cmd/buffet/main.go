// Command buffet is a Matrix bot for the networks of member organisations.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // zones work on machines that have no zone files

	"github.com/alecthomas/kong"
	"github.com/rs/zerolog"

	"buffet/schedule"
	"buffet/store"
)

// version is set when a release is built.
var version = ""

// CLI is what can be typed on the command line.
type CLI struct {
	Config string `short:"c" default:"config.yaml" help:"The config file." type:"path"`
	Debug  bool   `help:"Log more. Never logs what people write."`

	Run     RunCmd     `cmd:"" help:"Run the bot."`
	Login   LoginCmd   `cmd:"" help:"Log in once: makes the device and signs it."`
	Check   CheckCmd   `cmd:"" help:"Check config, account, database, feeds and schedules."`
	Import  ImportCmd  `cmd:"" help:"Read offers from a calendar, or questions and experiences from JSONL."`
	Export  ExportCmd  `cmd:"" help:"Write a network's questions and experiences as JSONL."`
	Search  SearchCmd  `cmd:"" help:"Search all that is kept of questions and experiences, rooms' own among it."`
	Digest  DigestCmd  `cmd:"" help:"List digests, or print one to pass on."`
	When    WhenCmd    `cmd:"" help:"Read a date as people type it, and say how it is understood."`
	Reset   ResetCmd   `cmd:"" name:"reset-device" help:"Give up a lost device and make a new one."`
	Version VersionCmd `cmd:"" help:"Print the version."`
}

// Program is one call of the command: what commands share. Tests make their own.
type Program struct {
	In       io.Reader
	Out, Err io.Writer
	cli      *CLI
	lines    *bufio.Reader // of In, once something was asked
}

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &Program{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	return p.Main(ctx, os.Args[1:])
}

// errSilent ends with exit code 1 without saying more: it was said already.
var errSilent = errors.New("see above")

// Main runs the command line and returns the exit code.
func (p *Program) Main(ctx context.Context, args []string) int {
	p.cli = new(CLI)
	code := -1
	parser, err := kong.New(p.cli, kong.Name("buffet"), kong.UsageOnError(), kong.Writers(p.Out, p.Err),
		kong.Description("A Matrix bot that announces the offers of a network of member organisations and finds them again."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Exit(func(c int) { code = c }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(p))
	if err != nil {
		fmt.Fprintln(p.Err, "buffet:", err)
		return 2
	}
	call, err := parser.Parse(args)
	if code >= 0 {
		return code // --help
	}
	if err != nil {
		fmt.Fprintln(p.Err, "buffet:", err)
		return 2
	}
	if err := call.Run(); err != nil {
		if !errors.Is(err, errSilent) {
			fmt.Fprintln(p.Err, "buffet:", err)
		}
		return 1
	}
	return 0
}

// VersionCmd prints the version.
type VersionCmd struct{}

// Run prints the version and the revision it was built from.
func (VersionCmd) Run(p *Program) { fmt.Fprintln(p.Out, "buffet", versionText()) }

func versionText() string {
	text := version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return text
	}
	if text == "" {
		text = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += " (" + s.Value[:min(12, len(s.Value))] + ", " + info.GoVersion + ")"
		}
	}
	return text
}

func (p *Program) config() (*Config, error) {
	return LoadConfig(p.cli.Config, func(spec, zone string) error {
		_, err := schedule.CheckUser(spec, zone, time.Now())
		return err
	})
}

func (p *Program) logger(format string) zerolog.Logger {
	level := zerolog.InfoLevel
	if p.cli.Debug {
		level = zerolog.DebugLevel
	}
	var out = p.Err
	if format != "json" {
		out = zerolog.ConsoleWriter{Out: p.Err, TimeFormat: time.DateTime, NoColor: true}
	}
	return zerolog.New(out).Level(level).With().Timestamp().Logger()
}

// database opens the store of a config.
func (c *Config) database(ctx context.Context) (*store.Store, error) {
	return store.Open(ctx, c.databasePath())
}
