"""Which passwords are guessed first: common ones, runs of keys, repetitions, names."""

from __future__ import annotations

import re
from collections.abc import Iterable

SITE = "shortlist"
# What leaked lists have at their top, without the digits and signs that most people add at the end.
_WORDS = """
10203 102030 1029384756 11223344 12344321 1314520 147258369 159753 1q2w3e4r 1q2w3e4r5t 1qaz2wsx
1qaz2wsx3edc 1qazxsw2 2718281 31415926 5201314 741852963 789456123 a1b2c3 aa123456 aaron abc abcd
access account action adgangskode adidas admin administrator adobe airborne alexander alexandra
alexis amanda america andrea andrew angel angela angels animal anthony apollo apple apples arsenal
arthur arxiv asdf asdfasdf asdfgh asdfghjkl ashley asshole august austin azerty azertyuiop
babygirl badboy bailey banana barcelona barney baseball basketball batman beautiful benjamin
bestfriend bigdick bismillah biteme blahblah blessed blink blowjob bond bonjour booboo boomer
boston brandon brandy brasil brooklyn bubbles buddy bulldog buster butterfly butthead california
cameron canada carlos caroline casper champion change changeit changeme charlie charlotte cheese
chelsea chester chicago chicken chocolate chris christ christian christina christopher classic
cocacola coffee college computer consumer contrasena contraseña cookie cool corazon
correcthorsebatterystaple corvette cowboy cowboys creative crystal dallas daniel daniela danielle
dave david debbie december deeplearning default demo denver destiny diamond dolphin dolphins
domino donald doudou dragon dragons drowssap eagles einstein elephant elizabeth eminem england
enter estrella everton f00tball facebook falcon family fender ferrari fishing florida flower
flowers fluffy football forever forgot formula france francis frank freddy free freedom friday
friend friends fuckme fuckoff fuckyou fussball games gandalf ganesha garfield gateway geheim
genesis george ghost giants ginger god godzilla golden goldfish golfer google gordon grace
graduate green guest guitar hacker hallo hallohallo hammer hannah happiness happy harley
harrypotter haslo hasło heather heaven hello helloworld helpme heslo hindustan hockey holiday
homer honda hotmail hottie house hunter iceman identity idontknow ihateyou iloveu iloveyou
immortal indigo indonesia infinity inside install internet ireland isabella jackass jackie jackson
jaguar jakarta james january jasmine jasper jelszo jennifer jeremy jessica jessie jesus
jesuschrist jonathan jordan joseph joshua junior jupiter justice justin karina katherine kawasaki
kermit killer king kingdom kitty knight krishna lakers latex lauren leather legend lemonade
leonardo letmein letmeinnow liberty library linkedin liverpool login logitech lollipop london
looking losenord lovely loveme lover loveyou lozinka lucky lösenord machinelearning madison maggie
magic manager manchester manutd marina marine mariposa marlboro marseille martin master matrix
matthew maverick maxwell melissa mercedes merlin mexico michael michelle mickey microsoft midnight
miller minecraft mistress money monica monitor monkey monster morgan motdepasse mother mountain
mozart mustang mylove myname mypass mypassword naruto natalie nathan naughty nelson network
neurips newlife newpassword newyork nicholas nicole nintendo nirvana nissan nothing november
october office oliver olivia orange packers pakistan paper papers paradise paris parola pass
passme passord passpass passphrase passw0rd passwd password passworddd passwort patricia patrick
peaches peanut pepper phantom phoenix pictures pikachu playboy player please pokemon police
porsche portugal potter precious president prince princess private professor public purple pussy
pytorch q1w2e3r4 q1w2e3r4t5 qazwsx qazwsxedc qwaszx qweasd qweasdzxc qwer qwert qwerty qwertyui
qwertyuiop qwertz qwertzuiop rachel raiders rainbow ranger rangers raymond realmadrid rebecca
reddit redsox research researcher richard robert rocket rockstar ronaldo rosebud runner russia
sairam sakura salasana samantha sammy samsung samurai sandra saturn scarface schatz school science
scooby scooter scorpion scotland sebastian secret secrets security senha september service shadow
shannon shelby sierra silver simple simpsons single skywalker slayer slipknot smokey snoopy
snowball soccer softball soleil something sommer spartan spider spiderman spongebob spring
squirrel stanley startrek starwars steelers stella steven strawberry student studio sublime
success summer sunday sunflower sunrise sunset sunshine super superman superstar superuser support
swordfish sydney sysadmin system taylor teacher teamo temp tennis tensorflow tequiero test tester
testing testpass testtest therock thomas thunder thursday tiger tigers tigger time tinkerbell
tomorrow trinity trouble trustme trustno trustno1 tuesday turtle tweety twitter unicorn united
university unknown user username valentina vampire vanessa victor victoria viking vincent violet
volcano wachtwoord warcraft warrior webmaster wednesday welcome westside whatever white wilson
windows winner winston winter wizard woaini woaini5201314 wolverine wordpass wrangler xavier
yamaha yankees yellow yourname zachary zaq12wsx zaq1xsw2 zaq1zaq1 zeppelin zxcvbn zxcvbnm
"""
COMMON = frozenset(_WORDS.split())
# Keys in the order in which fingers find them, and the alphabet.
_ROWS = (
    *("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    *("qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "!@#$%^&*()"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp"),
)
_RUNS = tuple(run for row in _ROWS for run in (row, row[::-1]))
MIN_RUN = 3
MIN_OWN = 4  # characters that must be left of a password without the names in it
MIN_NAME = 3  # shorter names are in many a word
_ENDS = re.compile(r"[\W\d_]+$")
_BEGINS = re.compile(r"^[\W\d_]+")
_SWAPPED = str.maketrans("@4301!5$7", "aaeoiisst")


def is_common(password: str, names: Iterable[str] = ()) -> bool:
    """Whether somebody who guesses would soon come to this password.

    Args:
        names: what belongs to the account, such as its username.
    """
    whole = "".join(password.casefold().split())
    for form in (whole, whole.translate(_SWAPPED)):
        word = _ENDS.sub("", form)
        if {form, word, _BEGINS.sub("", word), _unit(form), _unit(word)} & COMMON:
            return True
    return _is_repeated(whole) or _is_runs(whole) or _is_named(whole, (SITE, *names))


def _unit(text: str) -> str:
    """What a text repeats, such as `pass` of `passpass`; else the text."""
    at = (text + text).find(text, 1) if text else 0
    return text[:at]


def _is_repeated(text: str) -> bool:
    return len(set(text)) <= 2 or len(_unit(text)) <= 4


def _is_runs(text: str) -> bool:
    """Whether it is nothing but runs, such as `abc12345`, or one repeated key and another."""
    at = 0
    while at < len(text):
        end = at + MIN_RUN
        if not _is_run(text[at:end]):
            return False
        while end < len(text) and _is_run(text[at : end + 1]):
            end += 1
        at = end
    return True


def _is_run(text: str) -> bool:
    if len(text) < MIN_RUN:
        return False
    return len(set(text)) == 1 or any(text in run for run in _RUNS)


def _is_named(text: str, names: Iterable[str]) -> bool:
    left = text
    for name in names:
        folded = "".join(name.casefold().split())
        plain = re.sub(r"[\W_]", "", folded)
        words = {folded, plain, *name.casefold().split()}
        for each in sorted({*words, *(word[::-1] for word in words)}, key=len, reverse=True):
            if len(each) >= MIN_NAME:
                left = left.replace(each, "")
    return left != text and len(re.sub(r"[\W\d_]", "", left)) < MIN_OWN
