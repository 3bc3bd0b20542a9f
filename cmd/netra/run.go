package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime/debug"
)

// env looks a variable up, like os.Getenv.
type env func(string) string

// program is one invocation.
type program struct {
	env         env
	in          io.Reader
	out, errOut io.Writer
}

// command is one of the program's commands.
type command struct {
	name, help string
	run        func(context.Context, program, []string) error
}

// commands lists what there is, in the order of the help.
func commands() []command {
	return []command{
		{"serve", "run the bot", serve},
		{"demo", "see reporter and supervisors in a browser, nothing else running", demoCommand},
		{"chat", "hold a conversation in the terminal, nothing else running", chat},
		{"flow", "list or draw the flows: flow list, flow draw [FLOW]", flowCommand},
		{"doctor", "check configuration, database, Redis and Telegram; --health asks a running bot", doctor},
		{"whatsapp", "link a WhatsApp account: whatsapp pair, status, groups, logout", whatsappCommand},
		{"keys", "make, list, rotate or check the keys: keys new, list, rotate, check", keysCommand},
		{"case", "look at cases, verify their evidence, delete them: case list, show, history, evidence, redeliver, delete, requests", caseCommand},
		{"intake", "which intakes there are and what waits for them, and new ones: intake list, add", intakeCommand},
		{"stats", "count the cases, of all intakes or one: stats [INTAKE] [PERIOD]", statsCommand},
		{"audit", "who looked at what is sealed: audit verify, show, head", auditCommand},
		{"poster", "write a poster with QR codes: poster --region 61.11 --to telegram:@bot", posterCommand},
		{"version", "print the version", printVersion},
	}
}

// run does everything main does but signals and exit code; tests call it.
func run(ctx context.Context, args []string, e env, in io.Reader, out, errOut io.Writer) error {
	p := program{e, in, out, errOut}
	name := "help"
	if len(args) > 0 {
		name = args[0]
	}
	for _, c := range commands() {
		if c.name == name {
			err := c.run(ctx, p, args[1:])
			if errors.Is(err, flag.ErrHelp) {
				return nil
			}
			return err
		}
	}
	fmt.Fprintln(out, "Netra takes reports about the neutrality of civil servants in a chat.\n\nUsage: netra COMMAND")
	for _, c := range commands() {
		fmt.Fprintf(out, "  %-8s %s\n", c.name, c.help)
	}
	fmt.Fprintln(out, "\nnetra serve --help lists the configuration.")
	switch name {
	case "help", "-h", "--help":
		return nil
	}
	return fmt.Errorf("there is no command %q", name)
}

// version is set by the linker; without, the module's version is shown.
var version string

func printVersion(_ context.Context, p program, _ []string) error {
	v := version
	if info, ok := debug.ReadBuildInfo(); v == "" && ok {
		v = info.Main.Version
	}
	_, err := fmt.Fprintln(p.out, "netra", v)
	return err
}
