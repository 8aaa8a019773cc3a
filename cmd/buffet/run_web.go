package main

import (
	"context"
	"net"

	"buffet/web"
)

// listener is the web server and where it listens.
type listener struct {
	server *web.Server
	at     net.Listener
}

// listen opens the web server's address, if the config has one: who cannot get
// it is to know at the start.
func (d *daemon) listen(ctx context.Context, c *Config) error {
	if c.Web == nil {
		return nil
	}
	server := c.server(d.store, d.phrases, d.log)
	server.Members = d.bot.KnowMembers
	at, err := c.Web.open(ctx)
	if err != nil {
		return err
	}
	d.web = &listener{server: server, at: at}
	d.log.Info().Str("listen", c.Web.Listen).Msg("web server listens")
	return nil
}

// serve runs the web server, if there is one, until ctx ends.
func (d *daemon) serve(ctx context.Context) error {
	if d.web == nil {
		return nil
	}
	return d.web.server.Serve(ctx, d.web.at)
}
