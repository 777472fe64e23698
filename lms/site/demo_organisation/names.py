"""Pure: invented people's names, region by region, and invented partners'. No name is that of a known person."""

from __future__ import annotations

import random
import unicodedata

# Given names before the bar, family names after it. Family names of heads of state and of stars are left out.
POOLS = {
    "east": """
        Abeba Achieng Akello Almaz Amani Asha Atieno Baraka Bekele Chanda Chipo Dawit Desta Eshe Faraja Gatete Hodan
        Imani Juma Kagiso Kato Lerato Mahlet Makena Mandla Mosi Mugisha Nala Neema Nia Nyasha Okello Rehema Rudo Selam
        Simba Tadesse Tafara Thandiwe Themba Uwase Wanjiru Wambui Zainabu Zola Zuberi | Abate Achola Asfaw Banda
        Barongo Chikwanda Chirwa Dlangamandla Gebremedhin Gichuki Haile Hagos Ingabire Kabuye Kalinda Kamau Karanja
        Katende Kiberu Kimutai Kipkemboi Lungu Makoni Mapunda Masika Mbewe Mkandawire Moyo Mukasa Munthali Mutasa
        Mwale Mwamba Ndlela Ngwenya Njoroge Nyambura Ochieng Odhiambo Okumu Phiri Rugamba Ssali Tembo Uwimana Waweru
        Wolde Zewde Zimba""",
    "west": """
        Abena Aissatou Adama Adaeze Afia Akua Aminata Amara Awa Ayodele Babacar Bintou Cheikh Chidi Chinwe Coumba
        Efua Emeka Esi Fanta Fatou Gifty Hawa Ibrahima Ifeoma Issa Kadiatou Kojo Kwabena Lamine Mamadou Mariama Massa
        Moussa Ndeye Ngozi Nnamdi Ousmane Oumou Ramatou Rokia Salif Seydou Sira Tunde Uche Yaa Yacine Zeinabou |
        Abara Adomako Afolabi Akinola Amadi Amoako Badji Bakayoko Balde Bamba Bojang Cisse
        Darko Ekwueme Essien Faye Fofana Gbadamosi Gomis Ibekwe Jallow Kabore Kargbo
        Koffi Konadu Maiga Mendy Ndour-Sarr Nwachukwu Obeng Olawale Ouedraogo Sagna Sambou
        Sesay Tamba Yeboah Zongo""",
    "arab": """
        Abir Adel Ahlam Amal Anas Asma Ayman Bahia Basma Dalia Dina Fadia Faisal Farah Ghada Habib Haifa Hala Hani Hiba
        Huda Idris Iman Jamila Jawad Karim Khadija Lamia Layth Lina Maha Malak Marwan Maysa Mona Munir Nabila Nadim
        Najwa Noor Omar Rania Rima Samir Salma Sawsan Tarek Wafa Walid Yasmin Youssef Zahra | Abdelnour Abboud Ammar
        Attia Awad Azzouz Bakri Barakat Belkacem Benali Bouzid Darwich Elmasry Elsayed Fakhoury Farouk Gharbi
        Ghanem Haddad Hamdan Hassoun Hijazi Idrissi Jabbour Kanaan Khalaf Lahlou Maalouf Mansour Masri Mrad
        Naceur Najjar Nassar Othman Qasem Ramadan Rahal Saidi Salloum Sabbagh Shahin Slimani Tahan Tazi Younes
        Ziadeh""",
    "asia": """
        Aarti Anh Anjali Aroha Arjun Ayu Bao Bishal Binh Chandra Dao Deepa Dewi Dinesh Farhana Gita Hana Hau Huong
        Ishara Jia Kamala Kavita Kiri Lan Leilani Linh Mai Malini Meera Mele Min Nadeesha Nilufar Noa Parvati Prakash
        Priya Putri Rahul Rina Rohan Sabina Sadia Sana Sefina Shirin Siti Somchai Suda Sunita Tahmina Tevita Thuy Uma
        Wayan Wei Yuki Zara | Adhikari Aguon Ahsan Bhandari Bhattarai Chaudhry Dahal Darmawan Dhungana Faleolo Fernando
        Fonoti Ghimire Gurung Hoang Hossain Huynh Iskandar Jayasuriya Karki Khatun Kulkarni Lestari Lim-Tan
        Magar Mendis Miah Nakamura Ngata Nugroho Perera Pham Prasetyo Qureshi Rahimi Rangi Ranasinghe Rashidi
        Saetang Santoso Sapkota Shrestha Siddiqui Silitonga Somchit Tamang Taufa Thapa Truong Vaipulu Wardak Wibowo
        Yamada Zaw""",
    "europe": """
        Agnieszka Aigul Anders Andrei Aliya Anneke Anton Asel Bogdan Branka Chiara Daniyar Dariga Dilnoza Dragan Elif
        Emese Fiona Giulia Gulnara Hanna Henrike Ilir Ioana Ivana Jelena Johanna Kaisa Katalin Ketevan Lasse Lea Luka
        Lejla Maia Malika Margit Marek Matthias Mihai Milan Nadia Nino Oksana Olena Paolo Petra Roza Ruslan Saule
        Selin Solveig Taras Tamar Tomas Vera Yerlan Zeynep | Achterberg Akhmedova Aliyeva Arslan Bakardzhiev Berisha
        Bjelland Boroda Castellan Chkheidze Demirci Dijkstra Dzhumabekov Eriksen Fazekas Giorgadze Gruber Imanov
        Isakov Karimov Kask Kelmendi Kolar Kovalenko Kurmanbek Laine Lindqvist Lomidze Marku Mirzaev Moraru
        Nazarov Novotny Ozturk Petkov Rahimov Rusu Sahin Sadykova Schreiner Shala Sokolova Stepanyan Tanaskovic
        Tkachenko Umarov Vasic Vesely Wierzbicka Yildirim Zelenko Zhaksybek""",
    "latin": """
        Adriana Alejandra Amaru Beatriz Bruno Camila Carolina Catalina Cecilia Clara Daniela Diego Eduardo Elena
        Emiliano Esperanza Esteban Felipe Fernanda Gabriela Graciela Hernán Inés Isabel Itzel Javier Joaquín Josefina
        Julieta Kenia Leandro Lorena Lucía Luciana Luz Marcela Mariana Marisol Mateo Nayeli Nicolás Paloma Rafael
        Rocío Rodrigo Rosaura Santiago Tamia Tomás Valentina Ximena Yamila | Acosta Alvarado Aguilera Arce Ayala
        Barrientos Barros Benítez Cárdenas Carvalho Ccori Chávarri Duarte Escobedo Espinoza
        Figueroa Fuentes Gallardo Guamán Herrero Huanca Ibarra Joseph-Pierre Lacerda Ledesma Machado Mamani
        Medrano Montoya Noguera Orellana Ortega Pacheco Palacios Quiroga Quispe Ramos Rezende Rojas Saavedra Salgado
        Sandoval Soto Tavares Ticona Urrutia Valdez Vargas Villalba Yupanqui Zamora""",
}
REGION_POOL = {"ESA": "east", "WCA": "west", "AST": "arab", "APA": "asia", "ECA": "europe", "LAC": "latin"}
AT_HOME = 0.8  # how many work in the region that their name comes from
PARTNER_FIRST = """
    Amber Cedar Coral Crane Fern Heron Indigo Juniper Kite Lotus Maple Moringa Ochre Olive Saffron
""".split()  # noqa: SIM905  a list of words reads better as words
PARTNER_LAST = ("Women's Circle", "Legal Aid Network", "Community Trust")
# NFKD takes these letters not apart.
PLAIN = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "'": "", " ": "."})

_POOLS = {
    key: (given.split(), family.split()) for key, (given, family) in ((k, v.split("|")) for k, v in POOLS.items())
}


class Names:
    """Draws names; the same one twice only when a pool runs low."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.used: set[str] = set()

    def draw(self, region: str) -> str:
        home = REGION_POOL.get(region)
        name = ""
        for _ in range(8):
            pool = home if home and self.rng.random() < AT_HOME else self.rng.choice(list(_POOLS))
            given, family = _POOLS[pool]
            name = f"{self.rng.choice(given)} {self.rng.choice(family)}"
            if name not in self.used:
                break
        self.used.add(name)
        return name


def mailbox(name: str) -> str:
    """The part of an address before the @, in ASCII."""
    text = unicodedata.normalize("NFKD", name.lower().translate(PLAIN))
    return "".join(character for character in text if character.isascii())


def partner_names() -> list[str]:
    """45 of them."""
    return [f"{first} {last}" for last in PARTNER_LAST for first in PARTNER_FIRST]
