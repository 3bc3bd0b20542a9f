package dates

import "time"

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// spelled are words that people write differently, by what they are read as.
var spelled = map[string]string{
	"kemaren": "kemarin", "kmrn": "kemarin", "kmarin": "kemarin", "kemrin": "kemarin", "kmaren": "kemarin", "kemarn": "kemarin", "kemarennya": "kemarin", "kemarinnya": "kemarin",
	"hri": "hari", "hr": "hari", "mgg": "minggu", "mggu": "minggu", "bln": "bulan", "thn": "tahun", "th.": "tahun",
	"sblm": "sebelum", "lalunya": "lalu", "yg": "yang", "malem": "malam", "mlm": "malam", "pgi": "pagi", "sor": "sore", "siank": "siang",
	"pkl": "pukul", "jm": "jam", "pk": "pukul", "tgl": "tanggal", "tggl": "tanggal", "tangal": "tanggal", "tanggalnya": "tanggal", "mingu": "minggu",
	"kejadiannya": "kejadian", "yesterdays": "yesterday", "noon": "12.00 noon",
}

// counted are numbers in words, with the forms before what is counted.
var counted = map[string]int{
	"satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9, "sepuluh": 10, "sebelas": 11,
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "a": 1, "an": 1,
	"siji": 1, "setunggal": 1, "loro": 2, "rong": 2, "kalih": 2, "telu": 3, "telung": 3, "tigang": 3, "papat": 4, "patang": 4, "sekawan": 4, "limang": 5, "gangsal": 5, "enem": 6, "nem": 6, "pitu": 7, "pitung": 7, "wolu": 8, "wolung": 8, "sanga": 9, "sangang": 9,
	"hiji": 1, "tilu": 3, "opat": 4, "genep": 6, "dalapan": 8, "salapan": 9,
}

// ones are words that say one of a unit.
var ones = map[string]string{"seminggu": "minggu", "sepekan": "minggu", "sehari": "hari", "sebulan": "bulan", "setahun": "tahun", "sejam": "jam", "saminggu": "minggu", "sedina": "hari", "sadinten": "hari", "sapoe": "hari", "sasasi": "bulan"}

var units = map[string]string{
	"hari": "day", "day": "day", "days": "day", "dina": "day", "dinten": "day", "poe": "day",
	"minggu": "week", "pekan": "week", "week": "week", "weeks": "week",
	"jam": "hour", "hour": "hour", "hours": "hour",
	"bulan": "month", "month": "month", "months": "month", "sasi": "month", "wulan": "month",
	"tahun": "year", "year": "year", "years": "year", "taun": "year",
}

var months = map[string]int{
	"januari": 1, "jan": 1, "january": 1, "februari": 2, "feb": 2, "pebruari": 2, "febuari": 2, "peb": 2, "february": 2, "pebuari": 2,
	"maret": 3, "mar": 3, "march": 3, "mart": 3, "april": 4, "apr": 4, "mei": 5, "may": 5, "juni": 6, "jun": 6, "june": 6,
	"juli": 7, "jul": 7, "july": 7, "agustus": 8, "agt": 8, "agst": 8, "agu": 8, "ags": 8, "ag": 8, "august": 8, "aug": 8, "agus": 8,
	"september": 9, "sep": 9, "sept": 9, "oktober": 10, "okt": 10, "october": 10, "oct": 10, "november": 11, "nov": 11, "nop": 11, "nopember": 11,
	"desember": 12, "des": 12, "december": 12, "dec": 12,
}

var weekdays = map[string]time.Weekday{
	"minggu": 0, "ahad": 0, "akad": 0, "ngahad": 0, "sunday": 0, "sun": 0,
	"senin": 1, "senen": 1, "monday": 1, "mon": 1,
	"selasa": 2, "slasa": 2, "salasa": 2, "tuesday": 2, "tue": 2,
	"rabu": 3, "rebo": 3, "wednesday": 3, "wed": 3,
	"kamis": 4, "kemis": 4, "thursday": 4, "thu": 4,
	"jumat": 5, "jemuwah": 5, "jumuwah": 5, "jumaah": 5, "jumah": 5, "friday": 5, "fri": 5,
	"sabtu": 6, "setu": 6, "saptu": 6, "septu": 6, "sebtu": 6, "saturday": 6, "sat": 6,
}

// parts are the words for parts of the day. "subuh" is one, too.
var parts = map[string]Part{
	"pagi": Morning, "subuh": Morning, "dini": Morning, "fajar": Morning, "morning": Morning, "esuk": Morning, "enjing": Morning, "isuk": Morning,
	"siang": Midday, "midday": Midday, "noon": Midday, "siyang": Midday, "awan": Midday, "beurang": Midday, "zuhur": Midday, "dzuhur": Midday, "dhuhur": Midday, "lohor": Midday,
	"sore": Late, "petang": Late, "afternoon": Late, "sonten": Late, "ashar": Late, "asar": Late, "sorean": Late,
	"malam": Night, "evening": Night, "night": Night, "bengi": Night, "wengi": Night, "dalu": Night, "peuting": Night, "magrib": Night, "maghrib": Night, "isya": Night, "isa": Night,
}

var (
	roughly   = set("kira", "sekitar", "sekitaran", "kurleb", "about", "around", "circa", "kinten", "sakitar", "kintenna", "mungkin", "approximately", "roughly")
	past      = set("lalu", "ago", "kemarin", "kepungkur", "kepengker", "kapengker", "kapungkur", "kaliwat", "tukang", "sebelumnya", "terakhir", "silam", "kamari", "wingi")
	filler    = set("yang", "ka", "nu", "anu", "ingkang", "sing", "kang", "of", "the", "at", "on", "ke", "katukang")
	yesterday = set("kemarin", "yesterday", "wingi", "kamari")
	before    = set("wingenane", "wingenipun", "mangkukna", "selumbari", "kemarinlusa", "mangkuk")
	twice     = set("lusa", "dulu", "before", "dhisik")
	lastNight = set("semalam", "semalem")
	today     = set("tadi", "barusan", "today", "wau", "mau", "tadina", "baru", "saiki", "ayeuna", "sekarang", "now")
	this      = set("ini", "this", "iki", "punika", "ieu", "niki")
	dayUnit   = set("hari", "day", "dina", "dinten", "poe", "on")
	dayWord   = set("tanggal", "tgl", "ping", "kaping")
	weekWord  = set("minggu", "pekan", "week")
	monthWord = set("bulan", "month", "sasi", "wulan")
	nightWord = set("malam", "bengi", "wengi", "peuting", "dalu")
	coarse    = set("awal", "akhir", "pertengahan", "tahun", "bulan", "year", "month", "sasi", "week", "pekan", "wulan", "taun")
	future    = set("besok", "besuk", "lusa", "tomorrow", "sesuk", "mbenjing", "benjing", "isukan", "pageto", "nanti", "depan", "next", "mengko", "engke")
	ahead     = set("depan", "next", "ngarep", "hareup", "mendatang")
	hourWord  = set("jam", "pukul", "tabuh", "at")
	halfWord  = set("setengah", "stengah", "satengah")
	hourAfter = set("am", "pm", "wib", "wita", "wit")
	zones     = map[string]int{"wib": 7, "wita": 8, "wit": 9} // hours before UTC
	ordinals  = set("st", "nd", "rd", "th", "of")
)
