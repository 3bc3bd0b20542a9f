package flows

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// A receipt is a code, which finds a report, and a PIN, which proves that it is
// one's own. Both come from the report's random identifier, from bits of their
// own: whoever knows the code, as supervisors do, knows nothing of the PIN.

// ticketAlphabet is Crockford's base 32: no I, L, O, U.
const ticketAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Ticket is the code by which people speak of a report: 50 of its 128 random
// bits and a check character, as XXXX-XXXX-XXX. The report's identifier cannot
// be had from it.
func (id ReportID) Ticket() string {
	raw, err := hex.DecodeString(string(id))
	if err != nil || len(raw) < 7 {
		return ""
	}
	var bits uint64
	for _, b := range raw[:7] {
		bits = bits<<8 | uint64(b)
	}
	bits >>= 6
	code := make([]byte, 10)
	for i := range code {
		code[i] = ticketAlphabet[bits>>(45-5*i)&31]
	}
	return spell(string(code))
}

// spell adds the check character and the hyphens.
func spell(code string) string {
	check := 0
	for _, c := range code {
		check = (check*3 + strings.IndexRune(ticketAlphabet, c)) % 31 // 31 is prime: one wrong or two swapped characters show
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:] + ticketAlphabet[check:check+1]
}

// ReadTicket reads a code as people type it: small letters, O for 0, I or L for
// 1, with or without hyphens. ok is false for what cannot be a code.
func ReadTicket(text string) (ticket string, ok bool) {
	code := strings.Map(func(r rune) rune {
		switch r {
		case '-', ' ', '.', '–':
			return -1
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, strings.ToUpper(text))
	if len(code) != 11 || strings.Trim(code, ticketAlphabet) != "" {
		return "", false
	}
	ticket = spell(code[:10])
	return ticket, ticket[len(ticket)-1] == code[10]
}

// PINs is how many PINs there are, each as likely as another.
const PINs = 100_000_000

// PIN is eight digits of the identifier's next bits and a check digit, as
// ddd-ddd-ddd.
func (id ReportID) PIN() string {
	raw, err := hex.DecodeString(string(id))
	if err != nil || len(raw) != 16 {
		return ""
	}
	// 40 bits: some PINs are likelier than others by a ten-thousandth.
	n := binary.BigEndian.Uint64(raw[5:13]) & (1<<40 - 1) % PINs
	digits := fmt.Sprintf("%08d", n)
	digits += string(rune('0' + damm(digits)))
	return spellPIN(digits)
}

func spellPIN(digits string) string { return digits[:3] + "-" + digits[3:6] + "-" + digits[6:] }

// ReadPIN reads a PIN as people type it. ok is false for what cannot be one:
// every wrong digit and every two that are swapped show.
func ReadPIN(text string) (pin string, ok bool) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("- .–", r) {
			return -1
		}
		return r
	}, text)
	if len(digits) != 9 || strings.Trim(digits, "0123456789") != "" || damm(digits) != 0 {
		return "", false
	}
	return spellPIN(digits), true
}

// damm is the check digit of digits, 0 when they end with their own (H. M. Damm,
// "Total anti-symmetrische Quasigruppen", 2004).
func damm(digits string) int {
	interim := 0
	for _, d := range digits {
		interim = int(dammTable[interim][d-'0'] - '0')
	}
	return interim
}

var dammTable = [10]string{
	"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
	"3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
}
