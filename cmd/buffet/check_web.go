package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"buffet/lang"
	"buffet/store"
)

// web tells whether people can reach the web server through whatever stands
// before it. Where the bot does not run, it is started for the time of the question.
func (k *checker) web(ctx context.Context, c *Config, st *store.Store) {
	if c.Web == nil {
		fmt.Fprintln(k.p.Out, "· web: not set up, so the command kalender has no links to give; see web in config.example.yaml")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	ln, err := c.Web.open(ctx)
	switch phrases, perr := lang.Load(); {
	case errors.Is(err, syscall.EADDRINUSE):
		if healthy(ctx, "http://"+nearby(c.Web.Listen)) == nil {
			err = nil // the bot itself
		}
	case err == nil && st != nil && perr == nil:
		server := c.server(st, phrases, zerolog.Nop())
		wg.Go(func() { _ = server.Serve(ctx, ln) })
	case err == nil:
		_ = ln.Close()
		return
	}
	if k.line("web: listens on "+c.Web.Listen, err, "is web.listen an address of this machine, and its port free?") {
		k.line("web: reached under "+c.Web.URL, healthy(ctx, c.Web.URL), "does the reverse proxy pass this address on to "+c.Web.Listen+"?")
	}
}

// nearby is an address to reach on this machine what listens at that one.
func nearby(listen string) string {
	host, port, _ := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// healthy asks a web server whether it is ours and well.
func healthy(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/health", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 100))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || strings.TrimSpace(string(text)) != "ok" {
		return fmt.Errorf("answers %s, but not as buffet does", resp.Status)
	}
	return nil
}
