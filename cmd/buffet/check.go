package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"buffet/bot"
	"buffet/lang"
	"buffet/offers"
	"buffet/schedule"
	"buffet/store"
)

// CheckCmd looks at everything that must be right for the bot to run.
type CheckCmd struct{}

// checker prints one line per thing: ✓, or what to do.
type checker struct {
	p      *Program
	failed bool
}

func (k *checker) line(what string, err error, todo string) bool {
	if err == nil {
		fmt.Fprintln(k.p.Out, "✓", what)
		return true
	}
	k.failed = true
	text := strings.ReplaceAll(err.Error(), "\n", "; ")
	fmt.Fprintf(k.p.Out, "✗ %s: %s", what, text)
	if todo != "" {
		fmt.Fprint(k.p.Out, " → ", todo)
	}
	fmt.Fprintln(k.p.Out)
	return false
}

// Run checks and gives exit code 1 if anything fails.
func (CheckCmd) Run(ctx context.Context, p *Program) error {
	k := &checker{p: p}
	c, err := p.config()
	if err != nil {
		fmt.Fprintln(p.Out, "✗ config:", err)
		return errSilent
	}
	k.line(fmt.Sprintf("config: %s, %d network(s)", p.cli.Config, len(c.Networks)), nil, "")
	for _, w := range c.Warnings() {
		k.line("secrets", errors.New(w), "chmod 600")
	}
	st := k.database(ctx, c)
	if st != nil {
		defer st.Close()
	}
	if k.homeserver(ctx, c) && st != nil {
		k.account(ctx, c, st)
	}
	k.feeds(ctx, c)
	k.schedules(c, time.Now())
	k.model(ctx, c, st)
	k.web(ctx, c, st)
	if k.failed {
		return errSilent
	}
	return nil
}

func (k *checker) database(ctx context.Context, c *Config) *store.Store {
	st, err := c.database(ctx)
	if !k.line("database: "+c.databasePath(), err, "is the folder writable by this user?") {
		return nil
	}
	err = st.Write(ctx, func(*store.Tx) error { return nil })
	file, program, verr := st.Version(ctx)
	k.line(fmt.Sprintf("database: writable, version %d of %d", file, program), errors.Join(err, verr), "")
	return st
}

// maxClockOff is how far the clock may be off before announcements are noticeably early or late.
const maxClockOff = 30 * time.Second

func (k *checker) homeserver(ctx context.Context, c *Config) bool {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	before := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Homeserver+"/_matrix/client/versions", nil)
	if err != nil {
		return k.line("homeserver", err, "")
	}
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("answers %s", resp.Status)
		}
	}
	if !k.line("homeserver: "+c.Homeserver, err, "is the address right, and does it answer in a browser?") {
		return false
	}
	if there, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		off := before.Sub(there).Abs().Truncate(time.Second)
		err = nil
		if off > maxClockOff {
			err = fmt.Errorf("%s away from the homeserver's", off)
		}
		k.line("clock", err, "set up time synchronisation")
	}
	return true
}

func (k *checker) account(ctx context.Context, c *Config, st *store.Store) {
	s, err := bot.LoadSession(c.Data)
	if !k.line("session", err, "buffet login") {
		return
	}
	if s.UserID != c.User {
		k.line("session", fmt.Errorf("is of %s, the config says %s", s.UserID, c.User), "buffet reset-device")
		return
	}
	a, err := bot.Open(ctx, s, st, k.p.logger(c.Log))
	if !k.line(fmt.Sprintf("account: %s, device %s", s.UserID, s.DeviceID), err, "") {
		return
	}
	signed, err := a.CrossSigned(ctx)
	if err == nil && !signed {
		err = errors.New("the device is not signed by the account's identity, so clients warn of it or hide it")
	}
	k.line("encryption: device cross-signed", err, "buffet reset-device, with the recovery key at hand")
	k.rooms(ctx, c, a)
}

func (k *checker) rooms(ctx context.Context, c *Config, a *bot.Account) {
	joined, err := a.JoinedRooms(ctx)
	if err != nil {
		k.line("rooms", err, "")
		return
	}
	for _, n := range c.Networks {
		for _, name := range append(append([]string{}, n.Rooms...), n.Spaces...) {
			err := a.In(ctx, name, joined)
			k.line(fmt.Sprintf("room: %s (%s)", name, n.Name), err, "invite "+c.User.String()+" there; buffet run accepts")
		}
	}
}

func (k *checker) feeds(ctx context.Context, c *Config) {
	f := offers.NewFetcher()
	for _, n := range c.Networks {
		for _, feed := range n.Feeds {
			cal, err := readFeed(ctx, f, feed.URL, n.Timezone)
			what := fmt.Sprintf("feed: %s (%s)", hostOf(feed.URL), n.Name)
			if err == nil {
				what += fmt.Sprintf(", %d offers", len(cal.Entries))
			}
			k.line(what, err, "is the address right, and does it lead to a calendar (.ics)?")
		}
	}
}

func (k *checker) schedules(c *Config, now time.Time) {
	for _, n := range c.Networks {
		k.schedule("announce", n, n.Announce, now)
		k.schedule("digest", n, n.Digest, now)
	}
}

func (k *checker) schedule(what string, n Network, spec string, now time.Time) {
	if spec == "" {
		return
	}
	line, err := schedule.CheckUser(spec, n.Timezone, now)
	what += " (" + n.Name + ")"
	if err == nil {
		what += fmt.Sprintf(": %q in %s", spec, n.Timezone)
		for i, t := range line.NextN(now, 3) { // in the network's zone
			what += [...]string{"; next runs: ", " · ", " · "}[i] + lang.Moment(lang.English, t)
		}
	}
	k.line(what, err, "")
}

// hostOf is what may be shown of an address: the rest may hold a secret.
func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Hostname()
	}
	return "?"
}
