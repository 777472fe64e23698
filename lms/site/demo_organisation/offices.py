"""Pure: the offices of the fictitious organisation. Country offices bear names of generic geography."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoOffice:
    """``weight``: share of the people; ``zeal``: how likely its people are to be on time."""

    code: str
    name: str
    kind: str
    parent: str
    time_zone: str
    weight: float
    language: str = "en"
    zeal: float = 0.94

    @property
    def weekend(self) -> str:
        return "fri-sat" if self.code.startswith("AST") else "sat-sun"


DIVISIONS = {
    "OED": ("Executive Office", 26), "POL": ("Policy and Programme Division", 118), "COO": ("Coordination Division", 41),
    "DMA": ("Division of Management", 92), "HRS": ("Human Resources", 34), "ITS": ("Information Systems", 38),
    "EVA": ("Evaluation and Audit", 22), "LEG": ("Legal and Ethics", 14), "COM": ("Communications", 31),
    "PAR": ("Partnerships", 29), "GVA": ("Liaison Office Geneva", 12), "BRU": ("Liaison Office Brussels", 9),
}  # fmt: skip

LIAISON = {"GVA": "Europe/Zurich", "BRU": "Europe/Brussels"}

REGIONS = {
    "ESA": ("East and Southern Africa", "Africa/Nairobi", "en"),
    "WCA": ("West and Central Africa", "Africa/Dakar", "fr"),
    "AST": ("Arab States", "Africa/Cairo", "ar"),
    "APA": ("Asia and the Pacific", "Asia/Bangkok", "en"),
    "ECA": ("Europe and Central Asia", "Europe/Istanbul", "ru"),
    "LAC": ("Latin America and the Caribbean", "America/Panama", "es"),
}

# region: code, name, time zone, people, language, zeal (None: the usual)
COUNTRIES: dict[str, list[tuple[str, str, str, int, str, float | None]]] = {
    "ESA": [
        ("UG", "Uganda", "Africa/Kampala", 88, "en", 1.0), ("KE", "Kenya", "Africa/Nairobi", 74, "en", None),
        ("ET", "Ethiopia", "Africa/Addis_Ababa", 96, "en", None), ("SS", "South Sudan", "Africa/Juba", 11, "en", 0.71),
        ("SD", "Sudan", "Africa/Khartoum", 10, "en", 0.75), ("TZ", "Tanzania", "Africa/Dar_es_Salaam", 52, "en", None),
        ("RW", "Rwanda", "Africa/Kigali", 41, "en", 1.0), ("BI", "Burundi", "Africa/Bujumbura", 22, "fr", None),
        ("MZ", "Mozambique", "Africa/Maputo", 57, "en", None), ("MW", "Malawi", "Africa/Blantyre", 44, "en", None),
        ("ZW", "Zimbabwe", "Africa/Harare", 38, "en", None), ("ZA", "South Africa", "Africa/Johannesburg", 35, "en", None),
    ],
    "WCA": [
        ("SN", "Senegal", "Africa/Dakar", 47, "fr", None), ("ML", "Mali", "Africa/Bamako", 52, "fr", None),
        ("NE", "Niger", "Africa/Niamey", 39, "fr", None), ("TD", "Chad", "Africa/Ndjamena", 12, "fr", 0.75),
        ("NG", "Nigeria", "Africa/Lagos", 83, "en", None), ("CM", "Cameroon", "Africa/Douala", 61, "fr", None),
        ("CI", "Côte d'Ivoire", "Africa/Abidjan", 36, "fr", None), ("LR", "Liberia", "Africa/Monrovia", 54, "en", None),
        ("SL", "Sierra Leone", "Africa/Freetown", 33, "en", None),
        ("CF", "Central African Republic", "Africa/Bangui", 21, "fr", 0.9),
        ("CD", "DR Congo", "Africa/Kinshasa", 72, "fr", None),
    ],
    "AST": [
        ("EG", "Egypt", "Africa/Cairo", 55, "ar", None), ("JO", "Jordan", "Asia/Amman", 62, "ar", None),
        ("LB", "Lebanon", "Asia/Beirut", 48, "ar", None), ("IQ", "Iraq", "Asia/Baghdad", 51, "ar", None),
        ("YE", "Yemen", "Asia/Aden", 18, "ar", 0.86), ("MA", "Morocco", "Africa/Casablanca", 43, "fr", None),
        ("TN", "Tunisia", "Africa/Tunis", 24, "fr", 1.0),
    ],
    "APA": [
        ("BD", "Bangladesh", "Asia/Dhaka", 94, "en", None), ("NP", "Nepal", "Asia/Kathmandu", 66, "en", None),
        ("PK", "Pakistan", "Asia/Karachi", 71, "en", None), ("AF", "Afghanistan", "Asia/Kabul", 64, "en", None),
        ("VN", "Viet Nam", "Asia/Ho_Chi_Minh", 48, "en", 1.0), ("KH", "Cambodia", "Asia/Phnom_Penh", 29, "en", 1.0),
        ("MM", "Myanmar", "Asia/Yangon", 42, "en", None), ("PH", "Philippines", "Asia/Manila", 58, "en", None),
        ("ID", "Indonesia", "Asia/Jakarta", 49, "en", None), ("TL", "Timor-Leste", "Asia/Dili", 19, "en", 1.0),
        ("CN", "China", "Asia/Shanghai", 23, "en", None),
    ],
    "ECA": [
        ("UA", "Ukraine", "Europe/Kyiv", 63, "ru", None), ("MD", "Moldova", "Europe/Chisinau", 38, "ru", 1.0),
        ("GE", "Georgia", "Asia/Tbilisi", 31, "en", 1.0), ("KG", "Kyrgyzstan", "Asia/Bishkek", 29, "ru", None),
        ("TJ", "Tajikistan", "Asia/Dushanbe", 21, "ru", None), ("AL", "Albania", "Europe/Tirane", 26, "en", 1.0),
        ("BA", "Bosnia and Herzegovina", "Europe/Sarajevo", 24, "en", 1.0),
    ],
    "LAC": [
        ("CO", "Colombia", "America/Bogota", 76, "es", None), ("MX", "Mexico", "America/Mexico_City", 59, "es", None),
        ("GT", "Guatemala", "America/Guatemala", 41, "es", None), ("HN", "Honduras", "America/Tegucigalpa", 27, "es", 1.0),
        ("SV", "El Salvador", "America/El_Salvador", 24, "es", 1.0),
        ("HT", "Haiti", "America/Port-au-Prince", 33, "fr", 0.88),
        ("EC", "Ecuador", "America/Guayaquil", 34, "es", None), ("BO", "Bolivia", "America/La_Paz", 31, "es", None),
        ("PY", "Paraguay", "America/Asuncion", 15, "es", 1.0),
    ],
}  # fmt: skip

MULTI_COUNTRY = [
    ("APA-FJ", "Pacific Multi-Country Office", "APA", "Pacific/Fiji", 61, "en"),
    ("LAC-BB", "Caribbean Multi-Country Office", "LAC", "America/Barbados", 37, "en"),
    ("APA-IN", "South Asia Multi-Country Office", "APA", "Asia/Kolkata", 58, "en"),
    ("ECA-KZ", "Central Asia Multi-Country Office", "ECA", "Asia/Almaty", 33, "ru"),
    ("LAC-BR", "Southern Cone Multi-Country Office", "LAC", "America/Sao_Paulo", 44, "es"),
    ("AST-BH", "Gulf Multi-Country Office", "AST", "Asia/Bahrain", 14, "ar"),
]
PRESENCES = [
    ("APA-FJ-VU", "Vanuatu", "APA-FJ", "Pacific/Efate"), ("APA-FJ-KI", "Kiribati", "APA-FJ", "Pacific/Tarawa"),
    ("APA-FJ-SB", "Solomon Islands", "APA-FJ", "Pacific/Guadalcanal"),
    ("LAC-BB-JM", "Jamaica", "LAC-BB", "America/Jamaica"),
    ("LAC-BB-GY", "Guyana", "LAC-BB", "America/Guyana"), ("WCA-SN-GM", "The Gambia", "WCA-SN", "Africa/Banjul"),
    ("WCA-SN-GW", "Guinea-Bissau", "WCA-SN", "Africa/Bissau"), ("ESA-KE-SO", "Somalia", "ESA-KE", "Africa/Mogadishu"),
    ("ECA-KZ-UZ", "Uzbekistan", "ECA-KZ", "Asia/Tashkent"), ("AST-JO-SY", "Syria", "AST-JO", "Asia/Damascus"),
    ("APA-IN-LK", "Sri Lanka", "APA-IN", "Asia/Colombo"), ("LAC-BR-UY", "Uruguay", "LAC-BR", "America/Montevideo"),
]  # fmt: skip


def offices() -> list[DemoOffice]:
    """Parents before children."""
    found = [DemoOffice("HQ", "Headquarters", "hq", "", "America/New_York", 0)]
    for code, (name, weight) in DIVISIONS.items():
        zeal = 1.0 if code in ("OED", "LEG", "EVA", "GVA", "BRU") else 0.98
        zone = LIAISON.get(code, "America/New_York")
        found.append(DemoOffice(f"HQ-{code}", name, "hq_division", "HQ", zone, weight, "en", zeal))
    for region, (name, zone, language) in REGIONS.items():
        found.append(DemoOffice(region, f"Regional Office {name}", "regional", "HQ", zone, 48, language, 0.97))
        for code, country, place, people, tongue, zealous in COUNTRIES[region]:
            office = f"{region}-{code}"
            found.append(
                DemoOffice(office, f"{country} Office", "country", region, place, people, tongue, zealous or 0.94)
            )
    for code, name, parent, zone, weight, language in MULTI_COUNTRY:
        found.append(DemoOffice(code, name, "multi_country", parent, zone, weight, language))
    for code, country, parent, zone in PRESENCES:
        found.append(DemoOffice(code, f"{country} Programme Presence", "programme_presence", parent, zone, 7))
    return found
