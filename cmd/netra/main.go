// Netra takes reports about the neutrality of Indonesian civil servants in a
// chat and hands them to supervisors. Run "netra help" for what it can do.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// A small server has less memory to spare than CPU: Go's own 100 takes
		// three megabytes more for a few hundredths of a millisecond a step.
		debug.SetGCPercent(60)
	}
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		ends = append(ends, syscall.SIGHUP) // the terminal's window was closed
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "netra:", err)
		stop()
		os.Exit(1)
	}
}
