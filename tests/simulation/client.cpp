#include "tests/simulation/client.hpp"

#include "actors/errors.hpp"

#include <algorithm>

namespace flotilla::simulation {

namespace {

constexpr span glance = std::chrono::milliseconds{400};

} // namespace

client::client(place in, watch& over, actors::push_order order)
  : in_(in), over_(over), order_(std::move(order)) {
}

/// Asks the coordinator that there is now; what it answers after it has died is not heard.
template <class Answer, class... Words>
void client::ask(std::function<void(Answer&)> then,
                 std::function<void(const caf::error&)> otherwise, Words... words) {
  auto is_old = [this, heads = heads_] { return heads != heads_ || !head_; };
  in_.on.system().spawn([=, head = head_](caf::event_based_actor* self) {
    self->request(head, caf::infinite, words...)
      .then(
        [=](Answer& answer) {
          if (!is_old())
            then(answer);
        },
        [=](const caf::error& error) {
          if (!is_old())
            otherwise(error);
        });
  });
}

void client::submit() {
  ask<std::string>(
    [this](std::string& id) {
      id_ = std::move(id);
      await();
    },
    [this](const caf::error& error) {
      in_.on.violated("submit", "the order is refused: " + actors::to_failure(error).message);
    },
    atom::submit_v, order_);
}

/// Who was told the id may count on it, unless the disk was full.
void client::await() {
  ask<actors::push_report>(
    [this](actors::push_report& last) {
      over_.report(last);
      report_ = std::move(last);
    },
    [this](const caf::error& error) {
      const auto& faults = in_.of.faults;
      if (std::none_of(faults.begin(), faults.end(),
                       [](const fault& x) { return x.what == fault_kind::disk_full; }))
        in_.on.violated("journal", "the push is forgotten: " + actors::to_failure(error).message);
      submit();
    },
    atom::await_v, id_);
}

void client::look() {
  in_.on.later(glance, [this] { look(); });
  if (!head_ || id_.empty() || report_)
    return;
  ask<actors::push_overview>([this](actors::push_overview& now) { over_.status(now.status); },
                             [](const caf::error&) {}, atom::status_v, id_);
}

template <class... Words>
void client::command(Words... words) {
  if (head_ && !id_.empty() && !report_)
    ask<bool>([](bool&) {}, [](const caf::error&) {}, std::move(words)...);
}

void client::pause(bool on) {
  paused_ = on;
  if (on)
    command(atom::pause_v, id_);
  else
    command(atom::resume_v, id_);
}

void client::limit(std::uint32_t uploads) {
  actors::limit_change change;
  change.sets_uploads = true;
  change.uploads = uploads;
  command(atom::limit_v, id_, change);
}

void client::cancel() {
  command(atom::cancel_v, id_);
}

void client::greet(const actors::coordinator_actor& head) {
  head_ = head;
  ++heads_;
  over_.forget();
  if (!begun_ || report_)
    return;
  if (id_.empty() || in_.of.alone)
    return submit();
  await();
  if (!paused_) // the command may have got lost
    command(atom::resume_v, id_);
}

void client::begin() {
  begun_ = true;
  if (head_)
    submit();
  look();
}

void client::lose_head() {
  head_ = actors::coordinator_actor{};
}

void client::begin_anew() {
  report_.reset();
  id_.clear();
  if (head_)
    submit();
}

} // namespace flotilla::simulation
