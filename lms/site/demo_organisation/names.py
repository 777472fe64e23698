"""Pure: invented people's names from many parts of the world, and invented partners'."""

from __future__ import annotations

import random

GIVEN = """
    Abena Adaeze Aisha Akello Amara Amir Ana Anders Andrei Anjali Aroha Asel Ayodele Baraka Beatriz Bilal Camila
    Chanda Chidi Chiara Dalia Daniela Dawit Deepa Diego Dilnoza Elif Emeka Esperanza Farah Fatou Felipe Fiona
    Gulnara Habib Hanna Hiba Ibrahim Ines Ioana Isha Ivana Jamila Javier Jelena Joaquin Kamala Karim Katya Kwame
    Laila Lamin Lan Leila Linh Lucia Luka Mahlet Maia Malika Mariam Marta Mateo Meera Mihai Milan Mona Moussa
    Nadia Nala Nia Nino Noor Olena Omar Paolo Petra Priya Rafael Rania Ravi Rosa Sadia Salma Samira Sana Sara
    Selam Sofia Suda Tadesse Tala Tamar Thandi Thi Tomas Uma Valentina Vera Wanjiru Yara Yasmin Youssef Zahra
    Zainab Zeynep Zola
""".split()  # noqa: SIM905  a list of words reads better as words
FAMILY = """
    Abara Achterberg Adomako Afolabi Akhmedova Alvarado Amadi Andersson Arslan Asante Ayala Bakari Balde Banda
    Barros Bekele Benali Bhandari Bojang Boroda Calderon Camara Cardoso Castellan Chaudhry Chikwanda Cisse
    Contreras Dahal Demirci Desta Dhungana Diallo Dlamini Duarte Ekwueme Elmasry Escobedo Fadel Farouk Fernando
    Gebremedhin Ghimire Giorgadze Gomis Gueye Haddad Hamdan Hassoun Herrero Hoang Ibekwe Imanov Iskandar Jallow
    Jovic Kabore Kamau Kapoor Karimov Katende Keita Khalaf Kimani Kipkemboi Kone Kovalenko Kurmanbek Lindqvist
    Lomidze Maiga Malik Mansour Marku Mbeki-Noor Mensah Mirzaei Moraru Mutasa Mwangi Nakamura Ndiaye Nguyen
    Njoroge Nkosi Nwosu Ochieng Okafor Okello Olawale Ortega Ouattara Pacheco Petrov Pham Popa Quispe Rahimi Ramos
    Rezaei Rojas Saidi Salgado Samba Sangare Santoso Sesay Shrestha Sissoko Sokolova Soto Tadesse Tamang Tembo
    Thapa Toure Tran Umarov Vargas Waweru Yilmaz Zewde Zhumabek Zongo
""".split()  # noqa: SIM905  a list of words reads better as words
PARTNER_FIRST = """
    Amber Cedar Coral Crane Fern Heron Indigo Juniper Kite Lotus Maple Moringa Ochre Olive Saffron
""".split()  # noqa: SIM905  a list of words reads better as words
PARTNER_LAST = ("Women's Circle", "Legal Aid Network", "Community Trust")


def person_name(rng: random.Random) -> str:
    return f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"


def partner_names() -> list[str]:
    """45 of them."""
    return [f"{first} {last}" for last in PARTNER_LAST for first in PARTNER_FIRST]
