package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

const (
	// refresh is how often programs are asked to look again.
	refresh = time.Hour
	// keepFor is how many seconds what was sent is good for.
	keepFor = "900"
	// settled is how long after a change its time can be told: a second one in
	// the same second would not be seen.
	settled = 2 * time.Second
)

// feed answers with the calendar behind a link.
func (s *Server) feed(w http.ResponseWriter, r *http.Request, secret string) {
	link, ok := s.opened(w, r, secret)
	if !ok {
		return
	}
	f := s.feedOf(link)
	f.packed = takesGzip(r.Header.Values("Accept-Encoding"))
	if !s.read(r.Context()) {
		s.later(w)
		return
	}
	same, err := s.fill(r, f)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	f.describe(w.Header())
	if same {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	f.send(w, r)
}

// fill reads and renders a calendar, unless the client has the same. It gives
// its place at the database back: a client may take what goes out slowly.
func (s *Server) fill(r *http.Request, f *feed) (same bool, err error) {
	defer func() { <-s.readers }()
	err = s.Store.Snapshot(r.Context(), func(q store.Querier) error {
		if err := f.look(r.Context(), q); err != nil {
			return err
		}
		if same = unchanged(r, f.tag(), f.changed); same {
			return nil
		}
		return f.page.write(f.options, f.list)
	})
	return same, err
}

// read waits for a place at the database.
func (s *Server) read(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, s.limits.wait)
	defer cancel()
	select {
	case s.readers <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// fail answers what is our fault.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil {
		s.Log.Err(err).Msg("http: feed fails")
	}
	s.plain(w, http.StatusInternalServerError, "error")
}

// feed is a calendar for one request.
type feed struct {
	link    store.CalendarLink
	options offers.CalendarOptions
	program string

	list    iter.Seq2[offers.Published, error]
	version [sha256.Size]byte
	changed time.Time // last; zero: not to be told
	packed  bool      // goes out compressed
	page    page
}

func (s *Server) feedOf(link store.CalendarLink) *feed {
	now, n := s.Now(), s.Networks[link.Network]
	view := offers.View{Phrases: s.Phrases, Lang: n.Lang, Zone: time.UTC, Now: now}
	return &feed{link: link, program: s.Version, options: offers.CalendarOptions{
		View: view, Refresh: refresh, Alarm: link.Alarm,
		Name: s.calendarName(link),
		Skipped: func(offer int64, err error) {
			s.Log.Warn().Err(err).Int64("offer", offer).Msg("offer left out of a calendar")
		},
	}}
}

// calendarName is what programs call a calendar.
func (s *Server) calendarName(link store.CalendarLink) string {
	name := "calendar_name_network"
	if link.User != "" {
		name = "calendar_name_person"
	}
	return s.Phrases.Text(s.Networks[link.Network].Lang, name, lang.Values{"Network": link.Network}).Plain()
}

// look finds out what is in the calendar, and its version.
func (f *feed) look(ctx context.Context, q store.Querier) error {
	sum := sha256.New()
	if f.link.User == "" {
		f.list = offers.Publish(ctx, q, f.link.Network)
		version, changed, err := store.OffersVersion(ctx, q, f.link.Network)
		if err != nil {
			return err
		}
		sum.Write(version[:])
		f.changed = f.told(changed)
	} else {
		// When a sign-up was taken back stands nowhere, so there is no time of the last change.
		list, err := offers.Signed(ctx, q, f.options.View, f.link.Network, f.link.User)
		if err != nil {
			return err
		}
		f.list = offers.Each(list)
		if err := json.NewEncoder(sum).Encode(list); err != nil {
			return fmt.Errorf("tell versions apart: %w", err)
		}
	}
	fmt.Fprintf(sum, "%q %q %q %d %d", f.program, f.options.Name, f.options.Lang, f.options.Refresh, f.options.Alarm)
	sum.Sum(f.version[:0])
	return nil
}

// told is the time of the last change as clients may be told it. Dates are
// laid out and dropped without a note of when: that is seen the next day.
func (f *feed) told(changed time.Time) time.Time {
	now := f.options.Now.UTC()
	if today := now.Truncate(24 * time.Hour); changed.Before(today) {
		changed = today
	}
	if now.Sub(changed) < settled {
		return time.Time{}
	}
	return changed
}

// tag is the entity tag; each coding has its own (RFC 9110 8.8.3.3).
func (f *feed) tag() string {
	tag := base64.RawURLEncoding.EncodeToString(f.version[:18])
	if f.packed {
		tag += "-gz"
	}
	return `"` + tag + `"`
}

// describe sets what an answer and "not modified" have in common.
func (f *feed) describe(h http.Header) {
	h.Set("ETag", f.tag())
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "private, max-age="+keepFor)
	if !f.changed.IsZero() {
		h.Set("Last-Modified", f.changed.UTC().Format(http.TimeFormat))
	}
}

// send sends the whole calendar.
func (f *feed) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": fileName(f.options.Name)}))
	h.Set("Content-Length", fmt.Sprint(f.page.length(f.packed)))
	if f.packed {
		h.Set("Content-Encoding", "gzip")
	}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_ = f.page.send(w, f.packed) // that a client went away is no fault of ours
	}
}

// fileName is a name that file systems take.
func fileName(name string) string {
	name = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			return unicode.ToLower(c)
		case c == ' ' || c == '-' || c == '_':
			return '-'
		}
		return -1
	}, name)
	return strings.Trim(name, "-") + ".ics"
}
