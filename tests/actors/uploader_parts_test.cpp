#include "actors/uploader.hpp"
#include "tests/support/scripted_http.hpp"
#include "tests/support/virtual_time.hpp"

#include <algorithm>
#include <memory>
#include <vector>

// An uploader and a registry of Ollama's, which takes blobs in parts.

namespace flotilla::actors {
namespace {

using protocol::http_request;
using protocol::method;
using test::network;

constexpr std::uint64_t mib = 1 << 20;

/// What the uploader tells its node, and the parts that it has read.
struct heard {
  std::vector<body_progress> moved;
  std::vector<upload_result> uploaded;
  std::vector<protocol::failure> failures;
  std::vector<std::uint64_t> summed; ///< offsets
  int hungry = 0;
  bool unreadable = false;
};

crew_desk_actor::behavior_type desk(crew_desk_actor::pointer, std::shared_ptr<heard> all) {
  return {
    [](atom::checked, const std::string&, const check_result&) {},
    [all](atom::uploaded, const std::string&, const upload_result& x) {
      all->uploaded.push_back(x);
    },
    [all](atom::moved, const std::string&, const body_progress& x) { all->moved.push_back(x); },
    [](atom::setback, const std::string&, const setback_note&) {},
    [](atom::record, const std::string&, const open_upload&) {},
    [](atom::throttled, const std::string&, caf::timespan) {},
    [](atom::learned, const std::string&, const protocol::registry_profile&) {},
    [all](atom::failed, const std::string&, const protocol::failure& x) {
      all->failures.push_back(x);
    },
    [all](atom::hungry, std::uint32_t) { ++all->hungry; },
    [](atom::spent, const std::string&, const time_spent&) {},
  };
}

hasher_actor::behavior_type paper_hasher(hasher_actor::pointer, std::shared_ptr<heard> all) {
  return {
    [](atom::hash, const std::string&) { return protocol::digest{}; },
    [all](atom::sum, const protocol::file_slice& part) -> caf::result<protocol::md5_sum> {
      all->summed.push_back(part.offset);
      if (all->unreadable)
        return caf::make_error(protocol::errc::source_invalid, std::string{"it is gone"},
                               std::string{});
      return protocol::md5_sum{};
    },
    [](atom::mark, const std::string& path) { return sources::mark_of(path); },
  };
}

class UploaderOfParts : public test::virtual_time {
protected:
  UploaderOfParts() {
    net->respond = [this](const http_request& request) { return answer(request); };
    net->hold = [](const http_request& request) { return request.body_length() > 0; };
    auto job = engagement{};
    job.push = "p";
    job.at = {*protocol::parse_url("https://registry.test"), "me/m"};
    caf::anon_send(one, atom::engage_v, job, caf::actor_cast<gateway_actor>(http));
    settle();
  }
  ~UploaderOfParts() override {
    net->held.clear();
    constexpr auto reason = caf::exit_reason::user_shutdown;
    caf::anon_send_exit(one, reason);
    caf::anon_send_exit(http, reason);
    settle();
  }

  /// Its n-th session for every blob: names the next with every answer.
  protocol::http_outcome answer(const http_request& request) {
    if (!faults.empty() && request.body_length() > 0) {
      auto status = faults.front();
      faults.erase(faults.begin());
      if (status != 0)
        return with_url(request, network::answer(status));
    }
    auto next
      = protocol::header_fields{{"Docker-Upload-Location", "/u/" + std::to_string(++named)}};
    if (request.verb == method::put)
      return with_url(request, network::answer(request.body_length() > 0 ? 200 : end_status()));
    if (request.verb == method::head)
      return with_url(request, network::answer(404));
    if (request.verb == method::post && direct)
      next.add("X-Direct-Upload-URL", "https://s3.test/whole");
    if (request.verb == method::patch && redirects)
      next.add("Location", "https://s3.test/" + std::to_string(named));
    const auto status = request.verb == method::patch && redirects ? 307 : 202;
    return with_url(request, network::answer(status, std::move(next)));
  }
  int end_status() {
    return refused_ends-- > 0 ? 503 : 201;
  }
  /// As the gateway does.
  static protocol::http_outcome with_url(const http_request& request,
                                         protocol::http_outcome outcome) {
    std::get<protocol::http_response>(outcome.value).url = request.url;
    return outcome;
  }

  void take(std::uint64_t size, protocol::ledger::index blob = 0) {
    const auto id = protocol::digest::of(std::to_string(blob));
    caf::anon_send(one, atom::upload_v, std::string{"p"},
                   protocol::blob_order{id, size, "/model/blob", {}}, open_upload{blob, {}, {}});
    settle();
  }
  /// The body on the wire leaves in two pieces, and is answered.
  void let_body_go() {
    ASSERT_EQ(net->held.size(), 1u);
    const auto length = net->held[0].request.body_length();
    for (auto sent : {length / 2, length})
      network::body_at(net->held[0], sent);
    settle();
    net->let_go(0);
    settle();
  }
  std::vector<std::uint64_t> shown() const {
    std::vector<std::uint64_t> all;
    for (const auto& x : all_heard->moved)
      all.push_back(x.sent);
    return all;
  }
  std::uint64_t total(std::uint64_t body_progress::*what) const {
    std::uint64_t sum = 0;
    for (const auto& x : all_heard->moved)
      sum += x.*what;
    return sum;
  }

  std::shared_ptr<network> net = std::make_shared<network>();
  std::shared_ptr<heard> all_heard = std::make_shared<heard>();
  bool redirects = false;
  bool direct = false;
  int refused_ends = 0;
  int named = 0;
  std::vector<int> faults; ///< statuses of the answers to the next bodies; 0: the right one
  test::scripted_actor http = sys.spawn(test::scripted_http, net);
  uploader_actor one
    = sys.spawn(uploader, 0u, sys.spawn(desk, all_heard), sys.spawn(paper_hasher, all_heard));
};

TEST_F(UploaderOfParts, CountsOverTheWholeBlob) {
  take(250 * mib);
  for (int part = 0; part < 3; ++part)
    let_body_go();
  EXPECT_EQ(all_heard->uploaded.size(), 1u);
  EXPECT_EQ(shown(), (std::vector<std::uint64_t>{50 * mib, 100 * mib, 150 * mib, 200 * mib,
                                                 225 * mib, 250 * mib}));
  EXPECT_EQ(total(&body_progress::more), 250 * mib);
  EXPECT_EQ(total(&body_progress::fresh), 250 * mib);
  EXPECT_EQ(net->count(method::patch), 3u);
  EXPECT_EQ(net->count(method::put), 1u);
}

TEST_F(UploaderOfParts, NeverGoesBackBetweenAPartAndItsStorage) {
  redirects = true;
  take(150 * mib);
  for (int body = 0; body < 4; ++body)
    let_body_go();
  ASSERT_EQ(all_heard->uploaded.size(), 1u);
  std::uint64_t before = 0;
  for (auto now : shown()) {
    EXPECT_GE(now, before);
    EXPECT_LE(now, 150 * mib);
    before = now;
  }
  EXPECT_EQ(before, 150 * mib);
  EXPECT_EQ(total(&body_progress::more), 300 * mib) << "each part left twice";
  EXPECT_EQ(total(&body_progress::fresh), 150 * mib);
  for (const auto& x : all_heard->moved)
    EXPECT_TRUE(x.counts) << "nothing was repeated for trouble";
}

TEST_F(UploaderOfParts, GoesBackByTheBytesOfAPartThatFailed) {
  take(150 * mib);
  faults = {0, 503};
  let_body_go();
  let_body_go();
  EXPECT_EQ(shown().back(), 100 * mib);
  pass(std::chrono::seconds{1});
  let_body_go();
  EXPECT_EQ(all_heard->uploaded.size(), 1u);
  EXPECT_EQ(shown().back(), 150 * mib);
  EXPECT_EQ(total(&body_progress::more), 200 * mib);
  EXPECT_EQ(total(&body_progress::fresh), 150 * mib);
}

TEST_F(UploaderOfParts, NeverGoesBackForTroubleOnceAllIsSent) {
  for (const auto ways : {false, true}) {
    direct = ways;
    all_heard->moved.clear();
    all_heard->uploaded.clear();
    take(mib, 7); // shows the registry
    let_body_go();
    all_heard->moved.clear();
    refused_ends = 3;
    take(150 * mib);
    for (int body = 0; body < (direct ? 1 : 2); ++body)
      let_body_go();
    pass(std::chrono::seconds{10});
    EXPECT_EQ(all_heard->uploaded.size(), 2u);
    EXPECT_TRUE(std::is_sorted(all_heard->moved.begin(), all_heard->moved.end(),
                               [](const auto& a, const auto& b) { return a.sent < b.sent; }));
    EXPECT_EQ(total(&body_progress::more), 150 * mib);
  }
}

TEST_F(UploaderOfParts, SendsAWholeBlobToAStorage) {
  direct = true;
  take(mib, 7);
  let_body_go();
  all_heard->moved.clear();
  take(250 * mib);
  ASSERT_EQ(net->held.size(), 1u);
  EXPECT_EQ(net->held[0].request.url, "https://s3.test/whole");
  let_body_go();
  EXPECT_EQ(shown(), (std::vector<std::uint64_t>{125 * mib, 250 * mib}));
  EXPECT_EQ(all_heard->uploaded.size(), 2u);
}

TEST_F(UploaderOfParts, GoesBackToTheStartWithASessionThatIsLost) {
  take(150 * mib);
  faults = {0, 404};
  let_body_go();
  let_body_go();
  pass(std::chrono::seconds{1});
  EXPECT_EQ(shown().back(), 0u);
  let_body_go();
  let_body_go();
  EXPECT_EQ(all_heard->uploaded.size(), 1u);
  EXPECT_EQ(shown().back(), 150 * mib);
}

TEST_F(UploaderOfParts, ReadsTheNextPartWhileOneIsOnTheWire) {
  take(250 * mib);
  EXPECT_EQ(all_heard->summed, (std::vector<std::uint64_t>{0, 100 * mib}));
  let_body_go();
  EXPECT_EQ(all_heard->summed, (std::vector<std::uint64_t>{0, 100 * mib, 200 * mib}));
  let_body_go();
  let_body_go();
  EXPECT_EQ(all_heard->summed.size(), 3u) << "each once";
}

TEST_F(UploaderOfParts, FailsWhereAPartCannotBeRead) {
  all_heard->unreadable = true;
  take(250 * mib);
  ASSERT_EQ(all_heard->failures.size(), 1u);
  EXPECT_EQ(all_heard->failures[0].code, protocol::errc::source_invalid);
  EXPECT_EQ(net->count(method::patch), 0u);
}

TEST_F(UploaderOfParts, TakesNoBlobBesideOneWithMuchLeft) {
  take(250 * mib);
  const auto before = all_heard->hungry;
  network::body_left(net->held[0]); // its first part waits for an answer
  settle();
  EXPECT_EQ(all_heard->hungry, before);
  net->let_go(0);
  settle();
  EXPECT_EQ(all_heard->hungry, before);
}

TEST_F(UploaderOfParts, GoesOnWithWhatIsBegunBeforeWhatIsNot) {
  take(mib, 0);
  take(150 * mib, 1);
  take(mib, 2); // two more than an uploader asks for
  let_body_go();
  net->let_go(0); // the first part of the second blob, whose end and answer come at once
  settle();
  ASSERT_EQ(net->held.size(), 1u);
  EXPECT_EQ(net->held[0].request.file.offset, 100 * mib);
  let_body_go();
  let_body_go();
  EXPECT_EQ(all_heard->uploaded.size(), 3u);
}

TEST_F(UploaderOfParts, AnnouncesOnceItKnowsTheRegistry) {
  take(mib, 0);
  let_body_go();
  take(mib, 1);
  let_body_go();
  EXPECT_EQ(all_heard->uploaded.size(), 2u);
  EXPECT_EQ(net->count(method::post, "?mount="), 1u);
  EXPECT_EQ(net->count(method::post, "?digest="), 1u);
}

} // namespace
} // namespace flotilla::actors
