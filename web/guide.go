package web

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"buffet/lang"
)

//go:embed guide.html
var guideText string

// guide answers with a page that helps to subscribe to the calendar behind a link.
func (s *Server) guide(w http.ResponseWriter, r *http.Request, secret string) {
	link, ok := s.opened(w, r, secret)
	if !ok {
		return
	}
	n := s.Networks[link.Network]
	page, err := template.New("guide").Funcs(template.FuncMap{"say": func(key string) string {
		return s.Phrases.Text(n.Lang, "calendar_guide_"+key).Plain()
	}}).Parse(guideText)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	about := "calendar_network"
	if link.User != "" {
		about = "calendar_own"
	}
	_, rest, _ := strings.Cut(s.URL+"/c/"+secret+".ics", "://")
	address, tap := s.URL+"/c/"+secret+".ics", "webcal://"+rest
	name := s.calendarName(link)
	outlook := "/calendar/0/addfromweb?" + url.Values{"url": {address}, "name": {name}}.Encode()
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{
		"Lang": n.Lang, "Name": name, "About": s.Phrases.Text(n.Lang, about, lang.Values{"Network": link.Network}).Plain(),
		"Address": address, "Tap": template.URL(tap), //nolint:gosec // made of the config and of what was found by its hash
		"Google":  "https://calendar.google.com/calendar/r?" + url.Values{"cid": {tap}}.Encode(),
		"Outlook": "https://outlook.office.com" + outlook, "OutlookHome": "https://outlook.live.com" + outlook,
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(out.Bytes())
	}
}
