package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
	"golang.org/x/term"

	"buffet/bot"
)

func (c *Config) databasePath() string { return filepath.Join(c.Data, "buffet.db") }

// lock makes sure that one process works with the data folder: two on one
// device would break its encryption.
func (c *Config) lock() (unlock func(), err error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	l := flock.New(filepath.Join(c.Data, "lock"), flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if !ok {
		return nil, fmt.Errorf("another buffet is running on %s: stop it first", c.Data)
	}
	return func() { _ = l.Close() }, nil
}

// locked is the config, with its data folder locked until unlock is called.
func (p *Program) locked() (c *Config, unlock func(), err error) {
	if c, err = p.config(); err != nil {
		return nil, nil, err
	}
	unlock, err = c.lock()
	return c, unlock, err
}

// credentials are what the config says, the rest is asked for.
func (p *Program) credentials(ctx context.Context, c *Config) (bot.Credentials, error) {
	cred := bot.Credentials{Homeserver: c.Homeserver, User: c.User, DeviceID: c.DeviceID,
		RecoveryKey: strings.TrimSpace(os.Getenv("BUFFET_RECOVERY_KEY"))}
	var err error
	if c.AccessTokenFile != "" || os.Getenv(envAccessToken) != "" {
		cred.AccessToken, err = c.AccessToken()
		return cred, err
	}
	if cred.Password, err = c.Password(); err == nil && cred.Password == "" {
		cred.Password, err = p.ask(ctx, "Password of "+c.User.String())
	}
	return cred, err
}

// ask reads a secret from the terminal, or a line from a pipe, until ctx ends.
func (p *Program) ask(ctx context.Context, what string) (string, error) {
	fmt.Fprint(p.Err, what, ": ")
	read := p.line
	if f, ok := p.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		before, err := term.GetState(int(f.Fd()))
		if err != nil {
			return "", fmt.Errorf("read from terminal: %w", err)
		}
		defer fmt.Fprintln(p.Err)
		defer term.Restore(int(f.Fd()), before) //nolint:errcheck // there is nothing more to do
		read = func() string {
			text, _ := term.ReadPassword(int(f.Fd()))
			return string(text)
		}
	}
	typed := make(chan string, 1)
	go func() { typed <- strings.TrimSpace(read()) }()
	select {
	case <-ctx.Done():
		return "", errors.New("stopped")
	case text := <-typed:
		if text == "" {
			return "", errors.New("nothing was typed")
		}
		return text, nil
	}
}

// line is the next line of the input; one reader for all of them, because it
// reads ahead.
func (p *Program) line() string {
	if p.lines == nil {
		p.lines = bufio.NewReader(p.In)
	}
	text, _ := p.lines.ReadString('\n')
	return text
}

// LoginCmd makes the device.
type LoginCmd struct {
	RecoveryKeyFile string `help:"Write the recovery key to this new file instead of showing it." type:"path"`
}

// Run logs in, sets up the account's identity and shows the recovery key once.
func (l *LoginCmd) Run(ctx context.Context, p *Program) error {
	c, unlock, err := p.locked()
	if err != nil {
		return err
	}
	defer unlock()
	cred, err := p.credentials(ctx, c)
	if err != nil {
		return err
	}
	return p.login(ctx, c, cred, l.RecoveryKeyFile)
}

// login makes the device, or finishes one that could not be signed before.
func (p *Program) login(ctx context.Context, c *Config, cred bot.Credentials, keyFile string) error {
	st, err := c.database(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	key, err := bot.Login(ctx, c.Data, st, cred, p.logger(c.Log))
	if errors.Is(err, bot.ErrLoggedIn) {
		key, err = bot.Sign(ctx, c.Data, st, cred, p.logger(c.Log))
	}
	if errors.Is(err, bot.ErrNeedsRecovery) {
		if cred.RecoveryKey, err = p.ask(ctx, "The account has an identity already. Its recovery key"); err != nil {
			return err
		}
		key, err = bot.Sign(ctx, c.Data, st, cred, p.logger(c.Log))
	}
	if key != "" { // even if something failed after it: there is no second chance to see it
		if err := p.show(key, keyFile); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	s, err := bot.LoadSession(c.Data)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Out, "Logged in as %s, device %s, signed by the account's own identity.\n", s.UserID, s.DeviceID)
	return nil
}

func (p *Program) show(key, file string) error {
	if file != "" {
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			_, err = fmt.Fprintln(f, key)
			err = errors.Join(err, f.Close())
		}
		if err == nil {
			fmt.Fprintln(p.Out, "The recovery key is in", file)
			return nil
		}
		fmt.Fprintln(p.Err, "The recovery key could not be written:", err)
	}
	fmt.Fprintf(p.Out, "Recovery key, shown only this once. Keep it safe; a new device needs it:\n\n    %s\n\n", key)
	return nil
}

// ResetCmd replaces a lost device.
type ResetCmd struct {
	RecoveryKeyFile string `help:"Write a new recovery key to this new file instead of showing it." type:"path"`
}

// Run gives the old device up and logs in anew.
func (r *ResetCmd) Run(ctx context.Context, p *Program) error {
	c, unlock, err := p.locked()
	if err != nil {
		return err
	}
	defer unlock()
	cred, err := p.credentials(ctx, c) // before anything is given up
	if err != nil {
		return err
	}
	st, err := c.database(ctx)
	if err != nil {
		return err
	}
	err = bot.ResetDevice(ctx, c.Data, st, cred.AccessToken == "")
	if err := errors.Join(err, st.Close()); err != nil {
		return err
	}
	fmt.Fprintln(p.Out, "Any old device is given up. Offers, schedules and rooms are kept.")
	return p.login(ctx, c, cred, r.RecoveryKeyFile)
}
