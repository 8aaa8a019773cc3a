package web

import (
	"net"
	"sync"
)

// gate is a listener with no more than some connections open at once; the rest
// wait in the system's own queue.
type gate struct {
	net.Listener
	slots  chan struct{}
	closed chan struct{}
	close  func() error
}

func newGate(ln net.Listener, conns int) *gate {
	g := &gate{Listener: ln, slots: make(chan struct{}, conns), closed: make(chan struct{})}
	g.close = sync.OnceValue(func() error {
		close(g.closed)
		return ln.Close()
	})
	return g
}

// Accept waits for a free place, then for a connection.
func (g *gate) Accept() (net.Conn, error) {
	select {
	case <-g.closed:
		return nil, net.ErrClosed
	case g.slots <- struct{}{}:
	}
	c, err := g.Listener.Accept()
	if err != nil {
		<-g.slots
		return nil, err
	}
	return &guest{Conn: c, leave: sync.OnceFunc(func() { <-g.slots })}, nil
}

func (g *gate) Close() error { return g.close() }

// guest is a connection that gives its place back when it is closed.
type guest struct {
	net.Conn
	leave func()
}

func (c *guest) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
