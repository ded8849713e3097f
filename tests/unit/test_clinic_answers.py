"""Bare answers, lists of asked things, and the allergy field: what was asked, answered, or never asked."""

from __future__ import annotations

import pytest
from spoken import ALLERGY, FAMILY, PAST, PRESENT, text, visit, written

from desktop_app.core.records.drafts import FieldState
from desktop_app.core.records.people import Region
from desktop_app.scenarios.clinic.answers import is_bare_no, is_bare_yes

NO = (
    "没有 没得 木有 冇 冇啊 呒没 呒没个 无 无啦 毋捌 都没有 从来没有 "
    "没有啊 没有没有 好像没有 不会 没啥 呒啥 还好 正常 没事"
)
YES = "有啊 有的 有个 嗯 对 是的 系 中 会 都有 有点 有啲"
NEITHER = "不晓得 没注意 好 行 可以 好的 头痛 没吃 有三天 说不好"


@pytest.mark.parametrize("said", NO.split())
def test_bare_no(said: str) -> None:
    assert is_bare_no(said)
    assert not is_bare_yes(said)


@pytest.mark.parametrize("said", YES.split())
def test_bare_yes(said: str) -> None:
    assert is_bare_yes(said)
    assert not is_bare_no(said)


@pytest.mark.parametrize("said", NEITHER.split())
def test_neither(said: str) -> None:
    assert not is_bare_no(said)
    assert not is_bare_yes(said)


OPENED = "医：哪里不舒服？ / 患：腰痛两天。 / "


@pytest.mark.parametrize(
    ("talk", "region", "denial"),
    [
        ("医：发烧吗？ / 患：没有。", Region.MANDARIN, "否认发热"),
        ("医：发烧没得？ / 患：没得。", Region.SICHUAN, "否认发热"),
        ("医：有冇咳嗽？ / 患：冇。", Region.CANTONESE, "否认咳嗽"),
        ("医：阿有咳嗽？ / 患：呒没。", Region.WU, "否认咳嗽"),
        ("医：有发烧无？ / 患：无。", Region.MIN, "否认发热"),
        ("医：咳唔咳？ / 患：唔咳。", Region.CANTONESE, "否认咳嗽"),
        ("医：吐没吐？ / 患：没吐。", Region.SICHUAN, "否认呕吐"),
        ("医：恶不恶心？ / 患：不。", Region.MANDARIN, "否认恶心"),
        ("医：有没有发烧、呕吐、腹泻？ / 患：都没有。", Region.MANDARIN, "否认发热、呕吐、腹泻"),
    ],
)
def test_a_denied_question(talk: str, region: Region, denial: str) -> None:
    assert denial in text(OPENED + talk, PRESENT, region)


@pytest.mark.parametrize(
    ("talk", "finding"),
    [
        ("医：发烧吗？ / 患：嗯。", "发热"),
        ("医：胸口痛不痛？ / 患：痛。", "胸痛"),
        ("医：拉肚子吗？ / 患：有的。", "腹泻"),
        ("医：恶心不恶心？ / 患：恶心。", "恶心"),
    ],
)
def test_an_affirmed_question(talk: str, finding: str) -> None:
    said = text(OPENED + talk, PRESENT)
    assert finding in said
    assert "否认" not in said


@pytest.mark.parametrize(
    ("answer", "there", "unsaid"),
    [
        ("有呕吐。", ["呕吐"], ["发热", "腹泻", "否认"]),
        ("吐了两次。", ["呕吐2次"], ["发热", "腹泻", "否认"]),
        ("没吐。", ["否认呕吐"], ["发热", "腹泻"]),
        ("就是拉肚子。", ["腹泻"], ["发热", "呕吐", "否认"]),
    ],
)
def test_a_list_of_which_one_is_answered_leaves_the_rest_unsaid(
    answer: str, there: list[str], unsaid: list[str]
) -> None:
    said = text(f"{OPENED}医：有没有发烧、呕吐、腹泻？ / 患：{answer}", PRESENT)
    assert all(item in said for item in there)
    assert not any(item in said for item in unsaid)


def test_yes_to_a_list_is_uncertain() -> None:
    field = written(visit(f"{OPENED}医：有没有发烧、呕吐、腹泻？ / 患：都有。")).field(PRESENT)
    assert [item.support.value for item in field.statements if "腹泻" in item.text] == ["uncertain"]


def test_an_answer_rests_on_its_question() -> None:
    field = written(visit(f"{OPENED}医：发烧吗？ / 患：没有。")).field(PRESENT)
    (denial,) = [item for item in field.statements if "发热" in item.text]
    assert [(item.id, item.quote) for item in denial.evidence] == [(3, "发烧吗"), (4, "没有")]


def test_denied_diseases_are_past_history() -> None:
    lines = f"{OPENED}医：以前有冇高血压？ / 患：冇。"
    assert text(lines, PAST, Region.CANTONESE) == "否认高血压史。"
    assert text(lines.replace("高血压", "糖尿病"), PAST, Region.CANTONESE) == "否认糖尿病史。"


@pytest.mark.parametrize("answer", ["没有。", "没得过。"])
def test_no_disease_at_all(answer: str) -> None:
    assert text(f"{OPENED}医：以前有什么老毛病？ / 患：{answer}", PAST) == "否认既往慢性病史。"


def test_one_denied_disease_of_two() -> None:
    said = text(f"{OPENED}医：以前有高血压糖尿病没有？ / 患：糖尿病没有。", PAST)
    assert said == "否认糖尿病史。"


@pytest.mark.parametrize(
    ("talk", "region", "written_as"),
    [
        ("医：对什么药过敏吗？ / 患：没有。", Region.MANDARIN, "否认药物过敏史。"),
        ("医：药过敏不？ / 患：没得。", Region.SICHUAN, "否认药物过敏史。"),
        ("医：食药有冇敏感？ / 患：冇。", Region.CANTONESE, "否认药物过敏史。"),
        ("医：药过敏有伐？ / 患：呒没。", Region.WU, "否认药物过敏史。"),
        ("医：药物过敏有无？ / 患：无。", Region.MIN, "否认药物过敏史。"),
        ("医：药过敏吗？ / 患：不过敏。", Region.MANDARIN, "否认药物过敏史。"),
        ("医：除了青霉素其他药过敏吗？ / 患：没有。", Region.MANDARIN, "否认其他药物过敏史。"),
    ],
)
def test_no_allergy(talk: str, region: Region, written_as: str) -> None:
    field = written(visit(OPENED + talk, region)).field(ALLERGY)
    assert (field.text, field.state) == (written_as, FieldState.DENIED)


@pytest.mark.parametrize(
    ("answer", "region", "allergen"),
    [
        ("青霉素过敏。", Region.MANDARIN, "青霉素过敏"),
        ("青霉素，一打就起疹子。", Region.MANDARIN, "青霉素"),
        ("食磺胺起红疹。", Region.CANTONESE, "磺胺"),
        ("海鲜过敏。", Region.MANDARIN, "海鲜过敏"),
        ("药不过敏，吃虾起红疹。", Region.MANDARIN, "虾"),
    ],
)
def test_an_allergy(answer: str, region: Region, allergen: str) -> None:
    field = written(visit(f"{OPENED}医：有没有药物过敏？ / 患：{answer}", region)).field(ALLERGY)
    assert allergen in field.text
    assert field.state is FieldState.STATED


def test_a_tolerated_drug_is_no_denial() -> None:
    field = written(visit(f"{OPENED}医：药过敏吗？ / 患：头孢打过没事。")).field(ALLERGY)
    assert "无异常" in field.text
    assert "否认" not in field.text


def test_an_allergy_of_the_mother_is_not_the_patients() -> None:
    draft = written(visit(f"{OPENED}医：药过敏吗？ / 患：我妈青霉素过敏，我没有。"))
    assert "青霉素" not in draft.field(ALLERGY).text
    assert "母亲" in draft.field(FAMILY).text
    assert "青霉素" in draft.field(FAMILY).text


@pytest.mark.parametrize(
    "talk",
    [
        "患：咳嗽三天，开点药嘛。 / 医：要得，吃点止咳糖浆，一天三道。",
        "医：怎么了？ / 患：头痛。 / 医：发烧吗？ / 患：没有。",
        "医：给你打一针青霉素，做个皮试。 / 患：好。",
        "患：多少钱？ / 医：十五块。",
    ],
)
def test_an_allergy_that_nobody_asked_for(talk: str) -> None:
    draft = written(visit(talk))
    assert draft.field(ALLERGY).state is FieldState.NOT_ASKED
    assert draft.field(ALLERGY).text == ""
    assert "过敏" not in "".join(field.text for field in draft.fields)


def test_a_question_for_allergies_without_an_answer_is_asked_and_empty() -> None:
    field = written(visit(f"{OPENED}医：药过敏吗？ / 医：先量个体温。 / 患：好的。")).field(ALLERGY)
    assert (field.text, field.state) == ("", FieldState.EMPTY)


def test_an_allergy_in_a_later_sentence_of_the_answer() -> None:
    told = text("医：对什么过敏？ / 患：药没有。花粉有一点，春天打喷嚏。", ALLERGY)
    assert "花粉" in told


def test_an_object_before_its_verb_answers_too() -> None:
    present = text("患：肚子痛三天。 / 医：打嗝、冒酸水有没有？ / 患：嗝打得多，酸水不冒。", PRESENT)
    assert "呃逆" in present
    assert "否认反酸" in present
