#include "actors/journal.hpp"

#include "actors/log.hpp"

#include "actors/order_json.hpp"

#include <ctime>

namespace flotilla::actors {

namespace {

/// What is gathered for so long is written at once.
constexpr std::chrono::milliseconds gathering{100};
/// And so many at most.
constexpr std::size_t most_gathered = 4096;

} // namespace

journal_state::~journal_state() {
  flush();
}

void journal_state::wire(std::shared_ptr<store::journal> file) {
  file_ = std::move(file);
}

/// @returns false when it was not written.
template <class Write>
bool journal_state::write(Write what) {
  try {
    what();
    if (std::exchange(in_trouble_, false))
      spdlog::warn("the journal takes writes again");
    return true;
  } catch (const store::database_error& error) {
    if (!std::exchange(in_trouble_, true))
      spdlog::error("the journal cannot be written: {}; pushes go on, and a coordinator that is "
                    "started again will know less of them",
                    error.what());
    return false;
  }
}

bool journal_state::begin(const std::string& push, const push_order& order) {
  store::journaled_push entry;
  entry.id = push;
  entry.order = to_json(order);
  entry.created = static_cast<std::int64_t>(std::time(nullptr));
  return write([&] { file_->begin(entry); });
}

void journal_state::change(const std::string& push, const push_order& order) {
  write([&] { file_->set_order(push, to_json(order)); });
}

void journal_state::set_model(const std::string& push, const std::string& model) {
  write([&] { file_->set_model(push, model); });
}

void journal_state::record(const std::string& push, const std::vector<upload_result>& confirmed) {
  auto& gathered = gathered_[push];
  for (const auto& each : confirmed)
    gathered.push_back({each.blob, static_cast<std::uint8_t>(each.how)});
  if (gathered.size() >= most_gathered)
    return flush();
  if (!std::exchange(flush_is_due_, true))
    self_->delayed_send(self_, gathering, atom::flush_v);
}

void journal_state::flush() {
  flush_is_due_ = false;
  for (const auto& [push, gathered] : std::exchange(gathered_, {}))
    write([&, &id = push, &blobs = gathered] { file_->confirm(id, blobs); });
}

void journal_state::pause(const std::string& push, bool paused) {
  write([&] { file_->set_paused(push, paused); });
}

void journal_state::end(const std::string& push, const push_report& report) {
  gathered_.erase(push);
  write([&] {
    file_->end(push, to_json(report));
    file_->keep_ended(coordinator_state::most_ended);
  });
}

journal_actor::behavior_type journal(journal_state::pointer self,
                                     std::shared_ptr<store::journal> file) {
  self->state.wire(std::move(file));
  auto& state = self->state;
  return {
    [&state](atom::submit, const std::string& push, const push_order& order) {
      return state.begin(push, order);
    },
    [&state](atom::limit, const std::string& push, const push_order& order) {
      state.change(push, order);
    },
    [&state](atom::outlined, const std::string& push, const std::string& model) {
      state.set_model(push, model);
    },
    [&state](atom::record, const std::string& push, const std::vector<upload_result>& confirmed) {
      state.record(push, confirmed);
    },
    [&state](atom::pause, const std::string& push, bool paused) { state.pause(push, paused); },
    [&state](atom::ended, const std::string& push, const push_report& report) {
      state.end(push, report);
    },
    [&state](atom::flush) { state.flush(); },
    [&state](atom::status) { return state.is_well(); },
  };
}

namespace {

/// What a coordinator needs to go on with it, or to tell how it ended.
protocol::result<kept_push> read(store::journal& file, const store::journaled_push& entry) {
  auto order = parse_push_order(entry.order);
  if (!order)
    return order.error();
  kept_push push{entry.id, std::move(*order), {}, {}};
  if (!entry.report.empty()) {
    auto report = parse_push_report(entry.report);
    if (!report)
      return report.error();
    push.report = std::move(*report);
    return push;
  }
  push.memory.restored = true;
  push.memory.paused = entry.paused;
  push.memory.model = entry.model;
  for (const auto& each : file.confirmed(entry.id))
    if (each.how <= static_cast<std::uint8_t>(protocol::confirmation::resumed))
      push.memory.confirmed.emplace_back(each.blob, static_cast<protocol::confirmation>(each.how));
  return push;
}

} // namespace

std::vector<kept_push> kept_pushes(store::journal& file) {
  std::vector<kept_push> kept;
  for (const auto& entry : file.pushes()) {
    if (auto push = read(file, entry))
      kept.push_back(std::move(*push));
    else
      log(spdlog::level::err, {entry.id}, "this push of the journal cannot be read: {}",
          push.error().message);
  }
  return kept;
}

push_journal writes_to(const journal_actor& journal, const std::string& push) {
  push_journal writes;
  writes.model = [journal, push](const std::string& model) {
    caf::anon_send(journal, atom::outlined_v, push, model);
  };
  writes.confirmed = [journal, push](std::vector<upload_result> confirmed) {
    caf::anon_send(journal, atom::record_v, push, std::move(confirmed));
  };
  writes.paused
    = [journal, push](bool paused) { caf::anon_send(journal, atom::pause_v, push, paused); };
  writes.changed = [journal, push](const push_order& order) {
    caf::anon_send(journal, atom::limit_v, push, order);
  };
  return writes;
}

} // namespace flotilla::actors
