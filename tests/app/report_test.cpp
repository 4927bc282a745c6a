#include "app/report.hpp"

#include "tests/app/sample_push.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace flotilla::app {
namespace {

using nlohmann::json;
using protocol::errc;
using test::sample_push;
using testing::HasSubstr;
using testing::Not;

// By sha256sum of the two bytes `{}`.
const std::string top = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

// The README, "The report", has the names.
TEST(JsonReport, HasTheFieldsOfTheContract) {
  const sample_push push;
  auto report = json_report(push.outcome());
  EXPECT_EQ(report["reference"], "registry.example:5000/models/llama:v1");
  EXPECT_EQ(report["digest"], top);
  EXPECT_EQ(report["tags"], (json{"v1", "latest"}));
  EXPECT_EQ(report["blobs"],
            (json{{"total", 4}, {"present", 1}, {"mounted", 1}, {"uploaded", 1}, {"resumed", 1}}));
  EXPECT_EQ(report["bytes"],
            (json{{"total", 15'000}, {"sent", 13'500}, {"resent", 1'500}, {"saved", 3'000}}));
  EXPECT_EQ(report["seconds"], 2.5);
  EXPECT_EQ(report["retries"], (json{{"429", 3}, {"network", 1}}));
  EXPECT_EQ(report["throttled_seconds"], 0.75);
  EXPECT_EQ(report["bottleneck"], "network");
  EXPECT_EQ(report["nodes"],
            json::array({{{"name", "local"}, {"blobs", 2}, {"bytes", 12'000}, {"seconds", 2.25}}}));
  EXPECT_FALSE(report.contains("error"));
  EXPECT_FALSE(report.contains("absent"));
  EXPECT_FALSE(report.contains("differences"));
}

TEST(JsonReport, HasContainersEvenWhenTheyAreEmpty) {
  sample_push push;
  push.report.last.retries.clear();
  push.report.nodes.clear();
  push.report.tags.clear();
  auto report = json_report(push.outcome());
  EXPECT_EQ(report["retries"], json::object());
  EXPECT_EQ(report["nodes"], json::array());
  EXPECT_EQ(report["tags"], json::array());
}

TEST(JsonReport, SaysWhyAPushFailed) {
  sample_push push;
  push.report.why = {errc::unauthorized, "the registry answered 403", "ask for permission"};
  auto error = json_report(push.outcome())["error"];
  EXPECT_EQ(error["code"], 4);
  EXPECT_EQ(error["message"], "the registry answered 403");
  EXPECT_EQ(error["hint"], "ask for permission");
}

TEST(JsonReport, ListsWhatAPlanFoundAbsent) {
  sample_push push;
  push.report.absent = {push.absent(3, 8'000, false), push.absent(1, 2'000, true)};
  auto absent = json_report(push.outcome())["absent"];
  ASSERT_EQ(absent.size(), 2u);
  EXPECT_EQ(absent[0]["digest"], push.absent(3, 8'000, false).id.to_string());
  EXPECT_EQ(absent[0]["size"], 8'000);
  EXPECT_EQ(absent[0]["mountable"], false);
  EXPECT_EQ(absent[1]["mountable"], true);
}

TEST(JsonReport, ListsTheDifferencesOfAVerification) {
  sample_push push;
  push.report.differences = {{errc::differs, "one", {}}, {errc::differs, "two", {}}};
  EXPECT_EQ(json_report(push.outcome())["differences"], (json{"one", "two"}));
}

TEST(JsonFailure, HasTheErrorAlone) {
  auto report = json_failure({errc::source_invalid, "no such source", "look"});
  EXPECT_EQ(report.size(), 1u);
  EXPECT_EQ(report["error"]["code"], 3);
  EXPECT_EQ(report["error"]["message"], "no such source");
  EXPECT_EQ(report["error"]["hint"], "look");
}

TEST(Render, IsOneLineWhateverTheTextHolds) {
  auto text = render({{"message", "a\nb \xFF\xFE \x1b[2J"}});
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  auto parsed = json::parse(text, nullptr, false);
  ASSERT_FALSE(parsed.is_discarded());
  EXPECT_THAT(parsed["message"].get<std::string>(), HasSubstr("\xEF\xBF\xBD")); // U+FFFD
}

TEST(ProgressEvent, TellsAMachineHowFarThePushIs) {
  auto status = sample_push{}.report.last;
  status.now = actors::phase::sending;
  status.resumed = {};
  status.in_flight_bytes = 500;
  status.bodies_in_all = 3;
  auto event = progress_event(status);
  EXPECT_EQ(event["event"], "progress");
  EXPECT_EQ(event["phase"], "sending");
  EXPECT_EQ(event["seconds"], 2.5);
  EXPECT_EQ(event["blobs"]["total"], 4);
  EXPECT_EQ(event["blobs"]["uploaded"], 1);
  EXPECT_EQ(event["bytes"],
            (json{{"total", 15'000}, {"done", 7'500}, {"sent", 13'500}, {"resent", 1'500}}));
  EXPECT_EQ(event["on_the_wire"], 3);
  EXPECT_EQ(event["retries"]["429"], 3);
}

TEST(Summary, NamesTheModelByDigestAndSaysWhatHappened) {
  const sample_push push;
  auto text = summary(push.outcome());
  EXPECT_THAT(text, HasSubstr("registry.example:5000/models/llama@" + top));
  EXPECT_THAT(text, HasSubstr("v1, latest"));
  EXPECT_THAT(text, HasSubstr("4 blobs, 14.6 KiB")); // 15,000 / 1,024
  EXPECT_THAT(text, HasSubstr("1 present, 1 mounted, 2 uploaded"));
  EXPECT_THAT(text, HasSubstr("13.2 KiB sent in 2.5 s, 5.3 KiB/s")); // 13,500 in 2.5 s
  EXPECT_THAT(text, HasSubstr("network"));
  EXPECT_THAT(text, HasSubstr("3 x for 429"));
  EXPECT_THAT(text, HasSubstr("1 x for network"));
  EXPECT_EQ(text.back(), '\n');
}

TEST(Summary, HasNoRateWhereNothingWasSent) {
  sample_push push;
  push.report.last.sent_bytes = 0;
  push.report.bottleneck.clear();
  auto text = summary(push.outcome());
  EXPECT_THAT(text, Not(HasSubstr("/s")));
  EXPECT_THAT(text, Not(HasSubstr("set the pace")));
}

TEST(PlanTable, SumsUpWhatIsThereAndWhatIsNot) {
  sample_push push;
  push.report.last.present = {2, 5'000};
  push.report.absent = {push.absent(3, 8'000, false), push.absent(1, 2'000, true)};
  auto text = plan_table(push.outcome(), 4'000);
  EXPECT_THAT(text, HasSubstr("oci:./llama"));
  EXPECT_THAT(text, HasSubstr("registry.example:5000/models/llama:v1"));
  EXPECT_THAT(text, HasSubstr(top));
  EXPECT_THAT(text, testing::ContainsRegex("present +2 +4\\.9 KiB"));
  EXPECT_THAT(text, testing::ContainsRegex("mountable +1 +2\\.0 KiB"));
  EXPECT_THAT(text, testing::ContainsRegex("to send +1 +7\\.8 KiB"));
  EXPECT_THAT(text, testing::ContainsRegex("total +4 +14\\.6 KiB"));
  EXPECT_THAT(text, HasSubstr("1 manifest to put"));
  EXPECT_THAT(text, HasSubstr("send  " + push.absent(3, 8'000, false).id.to_string()));
  EXPECT_THAT(text, HasSubstr("mount " + push.absent(1, 2'000, true).id.to_string()));
  EXPECT_THAT(text, HasSubstr("about 2.0 s")); // 8,000 at 4,000 a second
}

TEST(PlanTable, DoesNotGuessWithoutARate) {
  sample_push push;
  push.report.absent = {push.absent(3, 8'000, false)};
  EXPECT_THAT(plan_table(push.outcome(), 0), Not(HasSubstr("about")));
}

TEST(PlanTable, EstimatesNothingWhereNothingIsToBeSent) {
  sample_push push;
  push.report.manifest_present = true;
  auto text = plan_table(push.outcome(), 4'000);
  EXPECT_THAT(text, HasSubstr("already there"));
  EXPECT_THAT(text, Not(HasSubstr("about")));
}

TEST(PlanTable, ListsTheFirstFewOfMany) {
  sample_push push;
  for (protocol::ledger::index blob = 0; blob < 1'000; ++blob)
    push.report.absent.push_back(push.absent(blob, 1, false));
  auto text = plan_table(push.outcome(), 0);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 40);
  EXPECT_THAT(text, HasSubstr("and 980 more"));
}

TEST(VerificationText, SaysWhatIsServedOrWhatDiffers) {
  sample_push push;
  EXPECT_THAT(verification_text(push.outcome()),
              HasSubstr("registry.example:5000/models/llama@" + top));
  push.report.differences = {{errc::differs, "the registry does not have it", {}}};
  EXPECT_EQ(verification_text(push.outcome()), "the registry does not have it\n");
}

} // namespace
} // namespace flotilla::app
