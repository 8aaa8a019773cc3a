package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	syncRooms   = 500
	syncMembers = 100
)

// measureFirstSync lets the bot sync for the first time with a large account.
func measureFirstSync(ctx context.Context, t *table, bin, tmp string, history int) error {
	for i, one := range []struct {
		name   string
		judged bool // the other informs: most servers honour lazy loading
		shape  shape
	}{
		{"lazy members", true, shape{syncRooms, syncMembers, history, 10, true}},
		{"server without lazy loading", false, shape{syncRooms, syncMembers, history, 10, false}},
	} {
		t.say("first sync of %d rooms × %d members: %s", syncRooms, syncMembers, one.name)
		if err := firstSync(ctx, t, bin, filepath.Join(tmp, fmt.Sprint("sync", i)), one.name, one.judged, one.shape); err != nil {
			return err
		}
	}
	t.source("first sync: a synthetic homeserver on 127.0.0.1 that honours the bot's filter (lazy_load_members, timeline limit), %d rooms × %d members, "+
		"no member in two rooms, half of the rooms encrypted, %d events of history in each, all rooms in the bot's config, no introductions before", syncRooms, syncMembers, history)
	t.source("its peak: VmHWM of /proc/PID/status of a fresh bot, when it is quiet again after all introductions are sent; VmHWM when it asks for the second sync stands below")
	return nil
}

func firstSync(ctx context.Context, t *table, bin, dir, name string, judged bool, s shape) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 5*time.Minute, errors.New("the first sync takes more than five minutes"))
	defer cancel()
	h := newSynthetic(s)
	defer h.Close()
	defer h.CloseClientConnections()
	b := &buffet{bin: bin, dir: dir}
	var config strings.Builder
	fmt.Fprintf(&config, "homeserver: %s\nuser: %q\npassword_file: password\nnetworks:\n  - name: DigIT\n    rooms:\n", h.URL, synthUser)
	for i := range s.rooms {
		fmt.Fprintf(&config, "      - %q\n", h.room(i))
	}
	err := os.Mkdir(dir, 0o700)
	err = errors.Join(err, b.write("config.yaml", config.String()), b.write("password", "sehr-geheim"))
	if err != nil {
		return err
	}
	if err := b.call(ctx, "login"); err != nil {
		return fmt.Errorf("%w\nunknown to the synthetic homeserver: %v", err, h.strangers())
	}
	c, err := b.start()
	if err != nil {
		return err
	}
	err = watchFirstSync(ctx, t, c, h, name, judged)
	if err != nil {
		err = fmt.Errorf("%w\nunknown to the synthetic homeserver: %v\nthe bot's log ends so:\n%s", err, h.strangers(), b.lastWords())
	}
	return errors.Join(err, c.stop())
}

func watchFirstSync(ctx context.Context, t *table, c *child, h *synthetic, name string, judged bool) error {
	select {
	case <-h.taken:
	case <-c.done:
		return errors.New("the bot has ended")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	took := time.Since(c.born)
	first, err := readMemory(c.pid())
	if err != nil {
		return err
	}
	if _, err := waitQuiet(ctx, c.pid()); err != nil {
		return err
	}
	all := time.Since(c.born) - quietFor
	m, err := readMemory(c.pid())
	if err != nil {
		return err
	}
	what := fmt.Sprintf("first sync of %d rooms, peak, %s", h.shape.rooms, name)
	if judged {
		t.add(what, "%.1f MB", m.peak/mega, maxFirstSync)
	} else {
		t.note(what, "%.1f MB", m.peak/mega)
	}
	t.note("  peak when it is taken in; response; took", "%.1f MB; %.1f MB; %.1f s", first.peak/mega, float64(h.bytes.Load())/mega, took.Seconds())
	messages, tries := h.sent()
	t.note("  at rest after it; introductions sent, in tries; took", "%.1f MB; %d, %d; %.1f s", m.rss/mega, messages, tries, all.Seconds())
	if list := h.strangers(); len(list) > 0 {
		t.note("  unknown requests", "%v", list)
	}
	return nil
}
