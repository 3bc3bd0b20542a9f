package flows

// Topics of the short cards, in the order in which they are offered. The words of
// each are under "info.<topic>" and "info.<topic>.text"; facts in them carry their
// sources, and what is not settled says so.
var Topics = []Code{"neutral", "forbidden", "allowed", "handled", "elsewhere", "protection"}

// info offers the cards, and help with the bot itself.
func (r Rules) info(v *View) {
	v.Tag = "" // it belongs to no report
	v.ask(Say("info.ask"))
	for _, t := range Topics {
		v.offer(stepInfo, t, "info."+string(t))
	}
	v.offer(stepInfo, "help", "info.help")
	v.Nav = append(v.Nav, Option{Step: stepInfo, Code: "close", Label: Say("common.back")})
}

// told shows the card that was asked for; the others stay at hand.
func (r Rules) told(s Session, c Code) Session {
	switch c {
	case "close":
		return s
	case "help":
		s.say(Say("help.text"))
		return s
	}
	for _, t := range Topics {
		if c == t {
			s.say(Say("info." + string(t) + ".text"))
		}
	}
	s.Aside = AsideInfo
	return s
}
