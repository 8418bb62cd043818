"""The days on which no period ends: held against a list that others keep (PyPI's holidays)."""

import datetime

import holidays

YEARS = range(2017, 2031)


def listed(forum, year):
    return {item["date"]: item for item in forum.get(f"/v1/holidays?year={year}").json()["items"]}


def test_the_public_holidays_are_those_that_others_know(forum):
    known = holidays.SouthKorea(years=YEARS, categories=[holidays.PUBLIC])
    for year in YEARS:
        of_the_year = sorted(day.isoformat() for day in known if day.year == year)
        assert sorted(listed(forum, year)) == of_the_year, year
    assert listed(forum, 2027)["2027-02-07"]["korean"] == "설날"


def test_an_administrator_adds_a_temporary_holiday_and_takes_it_back(forum):
    admin, path = forum.token("operator", "admin"), "/v1/holidays/2098-05-06"
    names = {"korean": "임시공휴일", "english": "Temporary holiday"}
    assert forum.call("PUT", path, forum.support_unit, names).status_code == 403
    assert forum.call("PUT", "/v1/holidays/2098-02-30", admin, names).status_code == 404
    yesterday = datetime.date.today() - datetime.timedelta(days=2)
    assert forum.call("PUT", f"/v1/holidays/{yesterday}", admin, names).status_code == 409
    assert forum.call("PUT", path, admin, {**names, "korean": ""}).status_code == 422
    assert forum.call("PUT", path, admin, names).json() == {"date": "2098-05-06", **names}
    assert list(listed(forum, 2098)) == ["2098-05-06"]
    assert forum.call("DELETE", path, admin).status_code == 204
    assert forum.call("DELETE", path, admin).status_code == 404
    assert forum.get("/v1/holidays?year=1").status_code == 400


def test_everybody_can_read_how_long_each_step_may_take(forum):
    periods = {item["step"]: item for item in forum.get("/v1/periods").json()["items"]}
    assert {step: (item["days"], item["unit"]) for step, item in periods.items()} == {
        "review": (10, "working"),
        "committee": (30, "calendar"),
        "strategy-meeting": (60, "calendar"),
        "ministry": (60, "calendar"),
        "implementation": (60, "calendar"),
    }
    assert periods["ministry"]["escalatesTo"] == ["support-unit", "strategy-meeting"]
