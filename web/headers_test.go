package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestConditions(t *testing.T) {
	h := newHouse(t)
	h.load(ev("a", "20261203T140000", "A"))
	path := "/c/" + h.link("") + ".ics"
	h.now = h.now.Add(time.Minute) // a change this second could not be told from one in the next
	tag, packed := h.get(path).Header.Get("ETag"), h.get(path, "Accept-Encoding", "gzip").Header.Get("ETag")
	if tag == packed || len(tag) != 26 || packed != tag[:25]+`-gz"` {
		t.Fatalf("tags %s and %s", tag, packed)
	}
	changed := h.get(path).Header.Get("Last-Modified")
	at, err := http.ParseTime(changed)
	if err != nil || !at.Equal(time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)) {
		t.Fatalf("changed %q", changed)
	}
	before, after := at.Add(-time.Second).Format(http.TimeFormat), at.Add(time.Hour).Format(http.TimeFormat)
	for _, c := range []struct {
		headers []string
		status  int
	}{
		{nil, 200},
		{[]string{"If-None-Match", tag}, 304},
		{[]string{"If-None-Match", "W/" + tag}, 304},
		{[]string{"If-None-Match", "*"}, 304},
		{[]string{"If-None-Match", " * "}, 304},
		{[]string{"If-None-Match", `"x", ` + tag}, 304},
		{[]string{"If-None-Match", `"x",W/"y",` + tag + `,"z"`}, 304},
		{[]string{"If-None-Match", `"x"`, "If-None-Match", tag}, 304},
		{[]string{"If-None-Match", `,, ` + tag + ` ,`}, 304},
		{[]string{"If-None-Match", `"a,b", ` + tag}, 304},
		{[]string{"If-None-Match", `"x"`}, 200},
		{[]string{"If-None-Match", ""}, 200},
		{[]string{"If-None-Match", `"*"`}, 200},
		{[]string{"If-None-Match", strings.Trim(tag, `"`)}, 200},
		{[]string{"If-None-Match", `"x" ` + tag}, 200},
		{[]string{"If-None-Match", `"x` + tag}, 200},
		{[]string{"If-None-Match", "w/" + tag}, 200},
		{[]string{"If-None-Match", tag + "*"}, 304},
		{[]string{"If-None-Match", packed}, 200},
		{[]string{"If-None-Match", tag, "Accept-Encoding", "gzip"}, 200},
		{[]string{"If-None-Match", packed, "Accept-Encoding", "gzip"}, 304},
		{[]string{"If-None-Match", packed, "Accept-Encoding", "gzip;q=0"}, 200},
		{[]string{"If-None-Match", tag, "Accept-Encoding", "gzip;q=0"}, 304},
		{[]string{"If-Modified-Since", changed}, 304},
		{[]string{"If-Modified-Since", after}, 304},
		{[]string{"If-Modified-Since", before}, 200},
		{[]string{"If-Modified-Since", "yesterday"}, 200},
		{[]string{"If-Modified-Since", changed, "If-None-Match", `"x"`}, 200},
		{[]string{"If-Modified-Since", before, "If-None-Match", tag}, 304},
		{[]string{"If-Match", `"x"`}, 200},
		{[]string{"Range", "bytes=0-9"}, 200},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			resp := h.ask(method, path, c.headers...)
			text, gz := body(t, resp), slices.Contains(c.headers, "gzip")
			name := fmt.Sprint(method, c.headers)
			h.equal(name, resp.StatusCode, c.status)
			want := tag
			if gz {
				want = packed
			}
			h.equal(name+" tag", resp.Header.Get("ETag"), want)
			h.equal(name+" vary", resp.Header.Get("Vary"), "Accept-Encoding")
			h.equal(name+" cache", resp.Header.Get("Cache-Control"), "private, max-age=900")
			h.equal(name+" changed", resp.Header.Get("Last-Modified"), changed)
			h.equal(name+" type", resp.Header.Get("Content-Type") != "", c.status == 200)
			h.equal(name+" body", text != "", c.status == 200 && method == "GET")
		}
	}
}

func TestCodings(t *testing.T) {
	h := newHouse(t)
	h.load(ev("a", "20261203T140000", "A"), ev("b", "20261204T140000", "B", "RRULE:FREQ=WEEKLY"))
	path := "/c/" + h.link("") + ".ics"
	plain := body(t, h.get(path))
	for accept, want := range map[string]string{
		"": "", "gzip": "gzip", "GZIP": "gzip", "x-gzip": "gzip", "*": "gzip", "gzip;q=0.001": "gzip", "deflate, gzip, br": "gzip",
		"gzip ; q=1.0": "gzip", "gzip;Q=0.5, identity;q=0.5": "gzip", "*;q=0.2": "gzip", "identity;q=0, gzip": "gzip", "br,gzip;q=0.8,*;q=0": "gzip",
		"gzip;q=0": "", "gzip;q=0.000": "", "gzip;q=0, *": "", "identity": "", "br": "", "deflate;q=1": "", "gzip;q=0.5, identity": "",
		"gzip;q=x": "", "gzip;q=2": "", "gzip;q=-1": "", "gzip;q=NaN": "", "gzipped": "", ";": "", ",,": "", "identity;q=0": "",
	} {
		var headers []string
		if accept != "" {
			headers = []string{"Accept-Encoding", accept}
		}
		resp := h.get(path, headers...)
		h.equal(accept+" coding", resp.Header.Get("Content-Encoding"), want)
		raw := resp.ContentLength
		h.equal(accept+" same text", body(t, resp) == plain, true)
		if n, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64); err != nil || n != raw || want == "" && int(n) != len(plain) {
			t.Errorf("%s: Content-Length %d %v of %d", accept, n, err, raw)
		}
		head := h.ask(http.MethodHead, path, headers...)
		for _, name := range []string{"Content-Length", "Content-Type", "Content-Encoding", "ETag", "Content-Disposition"} {
			h.equal(accept+" HEAD "+name, head.Header.Get(name), h.get(path, headers...).Header.Get(name))
		}
	}
	resp := h.get(path, "Accept-Encoding", "br", "Accept-Encoding", "gzip")
	h.equal("two lines", resp.Header.Get("Content-Encoding"), "gzip")
}

func TestFileNames(t *testing.T) {
	h := newHouse(t)
	for name, want := range map[string]string{
		"Nord":                `inline; filename=buffet-nord.ics`,
		"Süd & Co.":           `inline; filename*=utf-8''buffet-s%C3%BCd--co.ics`,
		"a\"b\r\nX: y/../\\z": `inline; filename=buffet-abx-yz.ics`,
		"🍽️":                  `inline; filename=buffet.ics`,
	} {
		h.server.Networks = map[string]Network{name: {Lang: "en"}}
		h.server.Networks[north] = Network{Lang: "en"}
		f := h.server.feedOf(storeLink(name))
		w := &recorder{header: http.Header{}}
		f.send(w, &http.Request{Method: http.MethodHead})
		h.equal(name, w.header.Get("Content-Disposition"), want)
	}
}

// The tag is found in a list exactly if one of those in it is the same.
func FuzzSameTag(f *testing.F) {
	for _, s := range []string{`"a"`, `W/"a", "b"`, "*", `"a","`, `,`, `"a" "b"`, "\"\x00\"", `"a"W/`} {
		f.Add(s, "a")
	}
	f.Fuzz(func(t *testing.T, line, tag string) {
		if strings.ContainsFunc(tag, func(r rune) bool { return r <= ' ' || r == '"' || r > '~' }) {
			return
		}
		quoted := `"` + tag + `"`
		if got := sameTag([]string{line}, quoted); got && strings.Trim(line, " \t,") != "*" && !strings.Contains(line, quoted) {
			t.Errorf("%q is found in %q", quoted, line)
		}
		if !sameTag([]string{`"x"`, quoted, line}, quoted) {
			t.Errorf("%q is not found before %q", quoted, line)
		}
	})
}

func FuzzTakesGzip(f *testing.F) {
	for _, s := range []string{"gzip", "gzip;q=0", "*;q=0.5,identity", "gzip;q=1e309", ";q=;", "gzip;;q=1;q=0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if takesGzip([]string{line}) && !strings.Contains(strings.ToLower(line), "gzip") && !strings.Contains(line, "*") {
			t.Errorf("%q names no gzip", line)
		}
		if takesGzip([]string{line, "gzip;q=0"}) && !strings.Contains(strings.ToLower(line), "gzip") {
			t.Errorf("%q and then no gzip", line)
		}
		if !takesGzip([]string{"gzip", line}) && !strings.Contains(strings.ToLower(line), "identity") {
			t.Errorf("gzip, and %q", line)
		}
	})
}

// Nothing but what we gave out opens anything, and nothing makes us fail.
func FuzzRequests(f *testing.F) {
	h := newHouse(f)
	h.load(ev("a", "20261203T140000", "A"))
	secret := h.link("")
	for _, path := range []string{"/health", "/c/x.ics", "/c/%2e%2e/x", "//", "/c/" + strings.Repeat("a", 32)} {
		f.Add("GET", path, "gzip", `"x"`)
	}
	f.Fuzz(func(t *testing.T, method, path, accept, tags string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://buffet.example.org/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Method, r.URL.Path = method, path
		r.Header = http.Header{"Accept-Encoding": {accept}, "If-None-Match": {tags}}
		w := &recorder{header: http.Header{}}
		h.server.ServeHTTP(w, r)
		if got := path == "/health" || strings.Contains(path, secret); !got && (w.status < 404 || w.status > 405) {
			t.Errorf("%s %q: %d", method, path, w.status)
		}
	})
}
