package web

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"buffet/offers"
)

// crowded is a house with many offers, half of them series.
func crowded(t testing.TB, n int) *house {
	h := newHouse(t)
	var events []string
	for i := range n {
		more := []string{"LOCATION:Rathaus\\, Raum 2", "CATEGORIES:Fortbildung,Pflege,Recht", "URL:https://example.org/" + fmt.Sprint(i),
			"DESCRIPTION:" + strings.Repeat("Bitte meldet euch an. ", 10)}
		if i%2 == 0 {
			more = append(more, "RRULE:FREQ=WEEKLY;COUNT=10")
		}
		events = append(events, ev(fmt.Sprintf("%d@example.org", i), fmt.Sprintf("202612%02dT%02d0000", 1+i%28, 8+i%10), fmt.Sprintf("Fortbildung Nr. %d", i), more...))
	}
	h.load(events...)
	return h
}

// What a network's feed of 10,000 offers costs: written plainly, in full as
// clients get it, packed, and where nothing changed.
func BenchmarkFeed10000(b *testing.B) {
	h := crowded(b, 10_000)
	path := "http://x/c/" + h.link("") + ".ics"
	tag := h.get("/c/"+h.link("")+".ics", "Accept-Encoding", "gzip").Header.Get("ETag")
	serve := func(headers ...string) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
				for i := 0; i < len(headers); i += 2 {
					r.Header.Set(headers[i], headers[i+1])
				}
				w := &recorder{header: http.Header{}}
				h.server.ServeHTTP(w, r)
				if want := map[bool]int{true: 304, false: 200}[len(headers) > 2]; w.status != want {
					b.Fatal(w.status)
				}
			}
		}
	}
	b.Run("written", func(b *testing.B) {
		b.ReportAllocs()
		f := h.server.feedOf(storeLink(north))
		n := int64(0)
		for b.Loop() {
			n = 0
			if err := offers.WriteCalendar(&counted{io.Discard, &n}, f.options, offers.Publish(b.Context(), h.store.Reader(), north)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(n)/1e6, "MB")
	})
	b.Run("served", serve())
	b.Run("packed", serve("Accept-Encoding", "gzip"))
	b.Run("unchanged", serve("Accept-Encoding", "gzip", "If-None-Match", tag))
}
