package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/netralitas/netra/cmd/netra/demo"
)

// demoCommand shows the whole of Netra in a browser: the bot is this program
// again, as a process of its own.
func demoCommand(ctx context.Context, p program, args []string) (err error) {
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	f.SetOutput(p.errOut)
	listen := f.String("listen", "127.0.0.1:8484", "where the page is; port 0 is any free one")
	anywhere := f.Bool("anywhere", false, "listen beyond this machine: whoever reaches the page can use all phones and the group")
	file := f.String("script", "", "transcript to play on the first phone, at a person's pace (see flows/testdata)")
	speed := f.Float64("speed", 1, "how fast a script is played: 2 is twice as fast as a person")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *speed <= 0 {
		return errors.New("--speed must be more than 0")
	}
	if f.NArg() > 0 {
		return fmt.Errorf("demo takes no argument %q", f.Arg(0))
	}
	if err := onlyHere(*listen); err != nil && !*anywhere {
		return err
	}
	var script demo.Script
	if *file != "" {
		if script, err = readScript(*file); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	dir, err := os.MkdirTemp("", "netra-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *listen)
	if err != nil {
		return fmt.Errorf("--listen: %w (127.0.0.1:0 takes any free port)", err)
	}
	defer listener.Close()
	d, err := demo.New(demo.Options{Dir: dir, Serve: func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, self, "serve")
		cmd.Env = unset(os.Environ())
		return cmd
	}})
	if err != nil {
		return err
	}
	defer d.Close()
	server := &http.Server{Handler: d.Handler(*anywhere), ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintf(p.out, "Buka di peramban / open in a browser: http://%s/\nCtrl-C mengakhiri dan menghapus semuanya / ends it and removes everything.\n", listener.Addr())

	run, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	all.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			stop(err)
		}
	})
	all.Go(func() {
		if err := d.Run(run); err != nil {
			stop(err)
		}
	})
	if script != nil {
		all.Go(func() {
			if err := d.Play(run, script, *speed); err != nil && run.Err() == nil {
				stop(err)
			}
		})
	}
	<-run.Done()
	err = server.Close()
	all.Wait()
	if cause := context.Cause(run); ctx.Err() == nil {
		err = errors.Join(cause, err)
	}
	return err
}

// onlyHere refuses an address that others can reach.
func onlyHere(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--listen %q is not HOST:PORT", address)
	}
	if host == "localhost" || net.ParseIP(host).IsLoopback() {
		return nil
	}
	return fmt.Errorf("--listen %s can be reached from other machines, and the page asks for no password: use 127.0.0.1, or add --anywhere if that is what you want", address)
}

func readScript(name string) (demo.Script, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--script: %w", err)
	}
	defer f.Close()
	s, err := demo.ReadScript(f)
	if err != nil {
		return nil, fmt.Errorf("--script %s: %w", name, err)
	}
	return s, nil
}

// unset leaves out the configuration: the demo's bot has its own.
func unset(environ []string) []string {
	var out []string
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		ours := false
		for _, s := range settings {
			ours = ours || s.env == name
		}
		if !ours {
			out = append(out, v)
		}
	}
	return out
}
