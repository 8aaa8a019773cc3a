package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/digest"
	"buffet/store"
)

// withDigests is a config with digests in its database: of two audiences, one
// of them only a draft.
func withDigests(t *testing.T) string {
	t.Helper()
	dir := configured(t)
	st, err := store.Open(t.Context(), filepath.Join(dir, "buffet.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if err := sqlstatestore.NewSQLStateStore(st.Matrix(), nil, false).Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)
	err = st.Write(t.Context(), func(tx *store.Tx) error {
		for i, d := range []store.Digest{
			{Audience: store.AudienceRoom, State: store.DigestPublished}, {Audience: store.AudienceNetwork, State: store.DigestPublished},
			{Audience: store.AudienceRoom, State: store.DigestDraft}} {
			d.Kind, d.Network, d.Room, d.Lang = store.DigestWeekly, "N", "!a:b", "de"
			d.From, d.To = now.AddDate(0, 0, 7*(i-1)), now.AddDate(0, 0, 7*i)
			d.Made, d.Decided = d.To, d.To
			line := store.DigestLine{Seq: 1, Number: 1, Section: digest.Experiences, Text: fmt.Sprintf("Erfahrung %d von Bertram\x1b[31m.", i+1), Who: "Bertram",
				Sources: []store.DigestSource{{Event: "$e", Room: "!a:b", Author: "@x:b"}}}
			if _, err := tx.AddDigest(t.Context(), d, []store.DigestLine{line}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDigestCommand(t *testing.T) {
	dir := withDigests(t)
	for _, c := range []struct {
		args string
		code int
		has  []string
		not  []string
	}{
		{"", 0, []string{"published", "draft", "network", "2026-11-27"}, []string{"Erfahrung"}},
		{"--audience network", 0, []string{"network"}, []string{"draft"}},
		{"--audience public", 0, []string{"no digests yet"}, nil},
		{"--network n", 0, []string{"published"}, nil},
		{"--network M", 1, []string{"no network"}, []string{"published"}},
		{"--audience all", 1, []string{"audience"}, []string{"published"}},
		{"--last", 0, []string{"Erfahrung 2", "Bertram"}, []string{"\x1b", "<"}},
		{"--last --audience room", 0, []string{"Erfahrung 1"}, nil},
		{"--last --audience public", 1, []string{"no such digest"}, nil},
		{"--id 3", 0, []string{"Erfahrung 3"}, nil},
		{"--id 9", 1, []string{"no such digest"}, nil},
		{"--id x", 1, []string{"id"}, nil},
		{"--last --markdown", 0, []string{"# Digest", "Erfahrung 2", "– Bertram"}, []string{"\x1b"}},
		{"--last --markdown --without-names", 0, []string{"Erfahrung 2", "ein Mitglied"}, []string{"Bertram"}},
		{"--last --html", 0, []string{"<!doctype html>", "Bertram"}, []string{"\x1b"}},
		{"--id 1 --html --without-names", 0, []string{"<!doctype html>", "Erfahrung 1"}, []string{"Bertram"}},
		{"--last --markdown --html", 1, []string{"not both"}, []string{"Erfahrung"}},
		{"--markdown", 1, []string{"say which one"}, []string{"Erfahrung"}},
		{"--last --without-names", 1, []string{"say which one"}, []string{"Erfahrung"}},
	} {
		out, code := call(t, dir, append([]string{"digest"}, strings.Fields(c.args)...)...)
		if (code == 0) != (c.code == 0) {
			t.Errorf("digest %s: code %d\n%s", c.args, code, out)
		}
		for _, w := range c.has {
			if !strings.Contains(out, w) {
				t.Errorf("digest %s does not say %q:\n%s", c.args, w, out)
			}
		}
		for _, w := range c.not {
			if strings.Contains(out, w) {
				t.Errorf("digest %s says %q:\n%s", c.args, w, out)
			}
		}
	}
	if out, code := call(t, configured(t), "digest"); code != 0 || !strings.Contains(out, "no digests yet") {
		t.Errorf("without any: code %d, %s", code, out)
	}
}
