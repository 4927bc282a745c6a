#include "tests/support/browser.hpp"
#include "tests/system/fleet.hpp"

#include <gmock/gmock.h>

namespace flotilla::test {

namespace {

using testing::IsEmpty;

/// What a model may be called.
const std::string hostile = "<img src=x onerror=\"document.title='taken over'\">";

/// The coordinator's page in a real browser, while a fleet works.
class CoordinatorPage : public ::testing::Test {
protected:
  CoordinatorPage() {
    start_coordinator();
    for (const char* name : {"one", "two"})
      fleet.start_worker(name);
  }
  void start_coordinator() {
    fleet.start_coordinator({"--admin", "127.0.0.1:" + std::to_string(port)});
  }
  void open(const std::string& rest = {}) {
    page.open("http://127.0.0.1:" + std::to_string(port) + "/" + rest);
    EXPECT_TRUE(page.wait_until("return document.querySelector('#state').dataset.state == 'live'"));
  }
  /// So slow that there is time to look.
  std::unique_ptr<process> begin_slow_push(const std::string& tag = "v1") {
    return fleet.begin_push(model.source, fleet.to("m:" + tag), {"--bandwidth", "400KiB"});
  }
  /// `tail` of an expression about the only push.
  static std::string of_push(const std::string& tail) {
    return "return document.querySelector('#pushes [data-push]')" + tail;
  }
  void end_quickly(process& push, const std::string& id) {
    fleet.ask({"limit", id, "--bandwidth", "0"}); // it may have ended meanwhile
    const auto end = program::finish(push.wait());
    ASSERT_EQ(end.status, 0) << end.said();
  }

  const int port = free_port();
  fleet_of_processes fleet;
  const small_model model{fleet.flotilla, layers_of(60, 200 << 10), hostile};
  browser page;
};

TEST_F(CoordinatorPage, FollowsAPushToItsEnd) {
  open();
  EXPECT_TRUE(
    page.wait_until("return document.querySelectorAll('#nodes [data-node]').length == 2"));
  EXPECT_EQ(page.run("return document.querySelector('#no-push').hidden"), false);
  const auto push = begin_slow_push();
  const auto id = fleet.id_of(*push);
  EXPECT_TRUE(page.wait_until(of_push("?.dataset.percent > 10"))) << "without loading it again";
  EXPECT_TRUE(page.wait_until("return /^(?=.*u)(?=.*[.]).{61}$/.test("
                              "document.querySelector('#map').dataset.map)"));
  EXPECT_LT(page.run(of_push(".dataset.percent | 0")).get<int>(), 100);
  EXPECT_EQ(page.run(of_push(".dataset.push")), id);
  EXPECT_TRUE(page.wait_until("return [...document.querySelectorAll('#nodes [data-node]')].every("
                              "row => /[1-9].*iB\\/s/.test(row.textContent))"))
    << "each node's rate";
  page.show("at-work");
  end_quickly(*push, id);
  EXPECT_TRUE(page.wait_until(of_push(".dataset.tone == 'done'")));
  EXPECT_EQ(page.run(of_push(".dataset.percent")), "100");
  EXPECT_TRUE(page.wait_until("return /^u{61}$/.test(document.querySelector('#map').dataset.map)"));
  EXPECT_TRUE(page.wait_until("return /the push is done/.test("
                              "document.querySelector('#events').textContent)"));
  page.show("done");
  EXPECT_THAT(page.complaints(), IsEmpty());
}

TEST_F(CoordinatorPage, TakesNoOrdersFromNames) {
  const auto push = begin_slow_push();
  const auto id = fleet.id_of(*push);
  open();
  EXPECT_TRUE(page.wait_until("return document.body.textContent.includes('<img src=x onerror=')"))
    << "it is shown as it is written";
  EXPECT_EQ(page.run("return document.title"), "Flotilla");
  EXPECT_EQ(page.run("return document.images.length"), 0);
  page.run("document.body.append(Object.assign(document.createElement('script'),"
           "{textContent: 'document.title = 1'}))");
  EXPECT_EQ(page.run("return document.title"), "Flotilla") << "what got in would not run";
  EXPECT_EQ(page.complaints().size(), 1u) << "of the policy that has forbidden it";
  end_quickly(*push, id);
}

TEST_F(CoordinatorPage, TellsThatItsCoordinatorIsGoneAndComesBack) {
  open();
  fleet.coordinator().signal(SIGKILL);
  EXPECT_TRUE(
    page.wait_until("return document.querySelector('#state').dataset.state == 'reconnecting'"));
  page.show("reconnecting");
  start_coordinator();
  EXPECT_TRUE(page.wait_until("return document.querySelector('#state').dataset.state == 'live'"));
}

TEST_F(CoordinatorPage, CanBeReadOnAPhoneInTheDark) {
  const auto push = begin_slow_push(std::string(120, 'v'));
  const auto id = fleet.id_of(*push);
  page.resize(360, 800);
  page.prefer("prefers-color-scheme", "dark");
  open();
  EXPECT_TRUE(page.wait_until(of_push("?.dataset.percent > 5")));
  EXPECT_LE(page.run("return document.documentElement.scrollWidth").get<int>(), 360)
    << "none scrolls sideways";
  EXPECT_LT(page
              .run("return Math.max(...getComputedStyle(document.body).backgroundColor"
                   ".match(/[0-9]+/g).slice(0, 3))")
              .get<int>(),
            80);
  page.show("phone");
  end_quickly(*push, id);
}

TEST_F(CoordinatorPage, IsUsedByKeyboard) {
  const auto first = begin_slow_push("v1");
  const auto second = begin_slow_push("v2");
  const auto one = fleet.id_of(*first), two = fleet.id_of(*second);
  open("#push=" + one);
  const auto chosen = "document.querySelector('#map').dataset.push";
  EXPECT_TRUE(page.wait_until(std::string{"return "} + chosen + " == '" + one + "'"));
  const auto button = "document.querySelector('#pushes [data-push=\"" + two + "\"] button')";
  EXPECT_TRUE(page.wait_until("return " + button + " != null"));
  page.run(button + ".focus()");
  page.press("Enter", 13);
  EXPECT_TRUE(page.wait_until(std::string{"return "} + chosen + " == '" + two + "'"));
  EXPECT_EQ(page.run("return document.activeElement.closest('[data-push]').dataset.push"), two)
    << "updates leave the focus where it is";
  end_quickly(*first, one);
  end_quickly(*second, two);
}

TEST_F(CoordinatorPage, SaysWhatItServesBesides) {
  open();
  const auto status = [this](const std::string& path) {
    return page.run("return fetch('" + path + "').then(answer => answer.status)");
  };
  EXPECT_EQ(status("blobs?push=p-000000"), 404);
  EXPECT_EQ(status("status"), 200);
}

} // namespace

} // namespace flotilla::test
