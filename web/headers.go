package web

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// sameTag tells whether If-None-Match names that entity tag (RFC 9110 13.1.2):
// a list of tags, weak ones too, or "*". What is malformed names nothing from
// there on.
func sameTag(lines []string, tag string) bool {
	rest := strings.Trim(strings.Join(lines, ","), " \t,")
	if rest == "*" {
		return true
	}
	for rest != "" {
		rest = strings.TrimPrefix(rest, "W/")
		if rest == "" || rest[0] != '"' {
			return false
		}
		end := strings.IndexByte(rest[1:], '"')
		if end < 0 || strings.ContainsFunc(rest[1:1+end], func(c rune) bool { return c <= ' ' || c == 0x7f }) {
			return false
		}
		if rest[:end+2] == tag {
			return true
		}
		rest = strings.TrimLeft(rest[end+2:], " \t")
		if rest != "" && rest[0] != ',' {
			return false
		}
		rest = strings.TrimLeft(rest, " \t,")
	}
	return false
}

// unchanged tells whether the client has what we would send: by the tag, or if
// it names none by the time of the last change, if that is known.
func unchanged(r *http.Request, tag string, changed time.Time) bool {
	if lines := r.Header.Values("If-None-Match"); len(lines) > 0 {
		return sameTag(lines, tag)
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !changed.IsZero() && !changed.Truncate(time.Second).After(since)
}

// takesGzip tells whether Accept-Encoding prefers gzip to plain bytes (RFC 9110
// 12.5.3).
func takesGzip(lines []string) bool {
	packed, rest, plain := -1, -1, -1
	for one := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		coding, params, _ := strings.Cut(one, ";")
		q := quality(params)
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			packed = max(packed, q)
		case "identity":
			plain = max(plain, q)
		case "*":
			rest = max(rest, q)
		}
	}
	if packed < 0 {
		packed = rest
	}
	return packed > 0 && packed >= plain
}

// quality is a weight in thousandths: 1000 where none is given, 0 where it
// cannot be read.
func quality(params string) int {
	for p := range strings.SplitSeq(params, ";") {
		name, value, ok := strings.Cut(p, "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || math.IsNaN(q) || q < 0 || q > 1 {
			return 0
		}
		return int(q * 1000)
	}
	return 1000
}
