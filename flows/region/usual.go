package region

// kinds are the words that say what kind of place the next words name.
var kinds = map[string]string{
	"kab": "regency", "kabupaten": "regency", "kabupatén": "regency", "kbupaten": "regency", "kabupten": "regency", "regency": "regency",
	"kota": "city", "kotamadya": "city", "kodya": "city", "city": "city", "kot": "city",
	"kec": "district", "kecamatan": "district", "kacamatan": "district", "kcmtan": "district", "kecamtan": "district", "kc": "district", "distrik": "district", "kapanewon": "district", "kemantren": "district", "district": "district",
	"prov": "province", "provinsi": "province", "propinsi": "province", "prop": "province", "prp": "province", "province": "province",
}

// small are the words that name nothing.
var small = map[string]bool{
	"di": true, "ing": true, "wonten": true, "dumateng": true, "ka": true, "ti": true, "in": true, "at": true, "the": true, "daerah": true, "wilayah": true,
	"adm": true, "administrasi": true, "saya": true, "kami": true, "tinggal": true, "kejadian": true, "kejadiannya": true, "lokasi": true, "alamat": true, "itu": true, "ya": true,
	"desa": true, "ds": true, "kelurahan": true, "kel": true, "dusun": true, "dsn": true, "indonesia": true,
}

// cut are parts of names that people cut short.
var cut = map[string]string{
	"utr": "utara", "slt": "selatan", "sltn": "selatan", "tmr": "timur", "brt": "barat", "tgh": "tengah", "pst": "pusat", "tj": "tanjung", "tjg": "tanjung", "tg": "tanjung", "sei": "sungai", "sungei": "sungai", "bdr": "bandar", "kep": "kepulauan",
	"smtr": "sumatera", "sumatra": "sumatera", "kalimantn": "kalimantan", "klmtn": "kalimantan", "slwsi": "sulawesi",
}

// was is the province that another was a part of.
var was = map[uint32]uint32{
	17: 16, 19: 16, 21: 14, 36: 32, 65: 64, 75: 71, 76: 73, 82: 81, 92: 91, 93: 91, 94: 91, 95: 91, 96: 92,
}

// short are names that people use and the table has not, folded, with the codes
// of what they mean.
var short = map[string]string{
	// provinces
	"nad": "11", "nangroeaceh": "11", "nanggroeacehdarussalam": "11", "sumut": "12", "sumatrautara": "12", "sumbar": "13", "sumatrabarat": "13",
	"sumsel": "16", "sumatraselatan": "16", "babel": "19", "bangkabelitung": "19", "kepri": "21", "kepriau": "21",
	"dki": "31", "dkijakarta": "31", "jakarta": "31", "jkt": "31", "dkj": "31", "jabar": "32", "westjava": "32", "jateng": "33", "centraljava": "33", "jatim": "35", "eastjava": "35",
	"diy": "34", "diyogyakarta": "34", "dijogjakarta": "34", "yogyakarta": "34 34.71", "yogya": "34 34.71", "jogja": "34 34.71", "jogjakarta": "34 34.71", "ngayogyakarta": "34", "ntb": "52", "ntt": "53",
	"kalbar": "61", "kalteng": "62", "kalsel": "63", "kaltim": "64", "kaltara": "65",
	"sulut": "71", "sulteng": "72", "sulsel": "73", "sultra": "74", "sulbar": "76", "malut": "82",
	"papbar": "92", "pabar": "92", "irianjaya": "91", "pasel": "93", "papsel": "93", "papteng": "94", "papeg": "95", "pbd": "96",
	// cities and regencies
	"jakpus": "31.71", "jakut": "31.72", "jakbar": "31.73", "jaksel": "31.74", "jaktim": "31.75", "pulauseribu": "31.01", "kepseribu": "31.01",
	"tangsel": "36.74", "kbb": "32.17", "bdg": "32.73", "solo": "33.72", "sala": "33.72", "smg": "33.74", "sby": "35.78", "mlg": "35.73",
	"ujungpandang": "73.71", "mks": "73.71", "pangkep": "73.10", "sidrap": "73.14", "torut": "73.26", "tator": "73.18", "lutim": "73.24", "lutra": "73.22",
	"kukar": "64.02", "kutim": "64.08", "kubar": "64.07", "ppu": "64.09", "penajam": "64.09", "mahulu": "64.11",
	"kobar": "62.01", "kotim": "62.02", "barsel": "62.04", "barut": "62.05", "bartim": "62.13", "pulpis": "62.11", "mura": "62.12", "gumas": "62.10",
	"kkr": "61.12", "kkubu": "61.12", "kku": "61.11", "ptk": "61.71", "skw": "61.72",
	"hss": "63.06", "hst": "63.07", "hsu": "63.08", "tala": "63.01", "tanbu": "63.10", "batola": "63.04", "bjm": "63.71", "bjb": "63.72",
	"tapteng": "12.01", "taput": "12.02", "tapsel": "12.03", "labura": "12.23", "labusel": "12.22", "paluta": "12.20", "palas": "12.21", "humbahas": "12.16", "madina": "12.13", "sergai": "12.18", "tobasa": "12.12", "tobasamosir": "12.12", "siantar": "12.72", "sidempuan": "12.77", "psp": "12.77",
	"pessel": "13.01", "50kota": "13.07", "pasbar": "13.12", "solsel": "13.11",
	"inhu": "14.02", "inhil": "14.04", "rohul": "14.06", "rohil": "14.07", "kuansing": "14.09", "pku": "14.71", "oki": "16.02", "oi": "16.10", "oku": "16.01", "okut": "16.08", "okutimur": "16.08", "okus": "16.09", "okuselatan": "16.09", "muba": "16.06", "murarawas": "16.05", "muratara": "16.13", "pali": "16.12", "plg": "16.71",
	"tjb": "15.06", "tanjabbar": "15.06", "tanjabtim": "15.07", "lamsel": "18.01", "lamteng": "18.02", "lamut": "18.03", "lampura": "18.03", "lambar": "18.04", "lamtim": "18.07", "tuba": "18.05", "tubabar": "18.12", "tubaba": "18.12",
	"abdya": "11.12", "atam": "11.16", "tamiang": "11.16", "galus": "11.13", "agara": "11.02", "pijay": "11.18", "bna": "11.71",
	"gk": "34.03", "gunkid": "34.03", "kp": "34.01",
	"lobar": "52.01", "loteng": "52.02", "lotim": "52.03", "klu": "52.08", "ksb": "52.07", "tts": "53.02", "ttu": "53.03", "matim": "53.19", "mabar": "53.15", "sbd": "53.18", "flotim": "53.06", "kpg": "53.71",
	"minsel": "71.05", "minut": "71.06", "mitra": "71.07", "bolmong": "71.01", "bolsel": "71.11", "boltim": "71.10", "bolmut": "71.08", "sitaro": "71.09", "sangihe": "71.03",
	"parimo": "72.08", "touna": "72.09", "tolis": "72.04", "bangkep": "72.07", "balut": "72.11", "morut": "72.12", "konsel": "74.05", "konut": "74.09", "koltim": "74.11", "kolut": "74.08", "mubar": "74.13", "buteng": "74.14", "busel": "74.15", "butur": "74.10", "konkep": "74.12",
	"polman": "76.04", "polewali": "76.04", "mateng": "76.06", "halsel": "82.04", "halteng": "82.02", "halut": "82.03", "halbar": "82.01", "haltim": "82.06", "sula": "82.05", "malteng": "81.01", "mbd": "81.08", "sbb": "81.06", "sbt": "81.05", "kkt": "81.03", "saumlaki": "81.03",
	"sentani": "91.03", "mamteng": "95.05", "wamena": "95.01", "timika": "94.04", "sorsel": "96.02", "r4": "96.03",
	"tpi": "21.72", "pinang": "21.72", "pwt": "33.02", "purwokerto": "33.02", "sda": "35.15", "lmg": "35.24",
	"palangka": "62.71", "bauu": "74.72",
	"mentawai": "13.09", "anambas": "21.05", "meranti": "14.10", "seribu": "31.01", "selayar": "73.01", "talaud": "71.04", "tanimbar": "81.03", "aru": "81.07", "yapen": "91.05",
	// towns that give a regency no name
	"muarateweh": "62.05", "sampit": "62.02", "pangkalanbun": "62.01", "rantauprapat": "12.10", "kisaran": "12.09", "labuanbajo": "53.15", "labuhanbajo": "53.15", "maumere": "53.07", "waingapu": "53.11", "atambua": "53.04", "soe": "53.02", "kefa": "53.03", "kefamenanu": "53.03", "sengkang": "73.13", "watampone": "73.08", "sofifi": "82.72", "serui": "91.05", "enarotali": "94.03", "sungguminasa": "73.06", "pelabuhanratu": "32.02", "tarempa": "21.05", "ranai": "21.03", "muarobungo": "15.08", "baturaja": "16.01", "amuntai": "63.08", "sangatta": "64.08", "sangata": "64.08", "sendawar": "64.07", "kualakapuas": "62.03", "raha": "74.03", "wanci": "74.07", "tondano": "71.02", "masohi": "81.01", "dobo": "81.07", "labuha": "82.04",
}
