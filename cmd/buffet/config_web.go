package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"go.yaml.in/yaml/v3"

	"buffet/lang"
	"buffet/store"
	"buffet/web"
)

// Web is the bot's web server.
type Web struct {
	Listen string // address and port
	URL    string // as people reach it, without a slash at the end
}

func (r *configReader) webKeys(w *Web) []configKey {
	const wantListen, wantURL = `an address with a port, such as "127.0.0.1:8088"`, `an address such as "https://buffet.example.org"`
	return []configKey{
		{"listen", wantListen, func(n *yaml.Node, path string) {
			value, ok := r.scalar(n, path, wantListen)
			if ok && !isListen(value) {
				r.fault(n, path, wantListen, clip(value))
			} else if ok {
				w.Listen = value
			}
		}},
		{"url", wantURL, func(n *yaml.Node, path string) {
			r.url(n, path, wantURL, webFlaw, &w.URL)
			w.URL = strings.TrimRight(w.URL, "/")
		}},
	}
}

func isListen(value string) bool {
	host, port, err := net.SplitHostPort(value)
	if err != nil || !plain(value) || strings.ContainsAny(host, "/") {
		return false
	}
	number, err := strconv.ParseUint(port, 10, 16)
	return err == nil && number > 0
}

// webFlaw wants https, for links are secrets; and a path that can be told from
// what follows it.
func webFlaw(u *url.URL) string {
	if found := embeddingsFlaw(u); found != "" {
		return found
	}
	if trimmed := strings.TrimRight(u.Path, "/"); trimmed != "" && (path.Clean(trimmed) != trimmed || u.RawPath != "") {
		return "a path with unusual signs"
	}
	return ""
}

// address is what people reach the web server under; "" without one.
func (w *Web) address() string {
	if w == nil {
		return ""
	}
	return w.URL
}

// open listens; a port in use is worth a word of its own.
func (w *Web) open(ctx context.Context) (net.Listener, error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", w.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen on %s (web.listen): %w by another program; choose another port, or end that program", w.Listen, syscall.EADDRINUSE)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s (web.listen): %w", w.Listen, err)
	}
	return ln, nil
}

// server is the web server, which does not listen yet.
func (c *Config) server(st *store.Store, phrases *lang.Phrases, log zerolog.Logger) *web.Server {
	o := web.Options{Store: st, Phrases: phrases, Networks: map[string]web.Network{}, URL: c.Web.URL,
		Version: versionText(), Now: time.Now, Log: log}
	for _, n := range c.Networks {
		o.Networks[n.Name] = web.Network{Lang: n.Language}
	}
	return web.New(o)
}
