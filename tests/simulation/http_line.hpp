#pragma once

#include "actors/interfaces.hpp"
#include "tests/simulation/internet.hpp"
#include "tests/simulation/stage.hpp"

#include <functional>
#include <map>

namespace flotilla::simulation {

/// How fast the network is.
struct pace {
  span latency{5'000'000};            ///< one way, at most
  std::uint64_t bytes_per_second = 1; ///< of one body
  span commit{20'000'000};            ///< of a blob, at most
};

/// Stands for the transport's engine of one process: answers each request once, later.
class http_line {
public:
  using answer_to = std::function<void(protocol::http_outcome)>;

  http_line(stage& on, internet& to, caller who, pace with)
    : on_(on), to_(to), who_(std::move(who)), pace_(with) {
  }

  void submit(protocol::http_request request, actors::body_watcher_actor watcher,
              std::uint32_t ticket, answer_to then);
  void limit(std::uint32_t lane, std::uint64_t bytes_per_second) {
    limits_[lane] = bytes_per_second;
  }
  void cancel(std::uint32_t lane);
  void cancel(std::uint32_t lane, std::uint32_t tag, const protocol::failure& why);
  /// Its process is dead: its connections break, and nobody is answered.
  void die();
  std::uint64_t body_bytes() const noexcept {
    return body_bytes_;
  }

private:
  struct flow {
    protocol::http_request request;
    actors::body_watcher_actor watcher;
    std::uint32_t ticket = 0;
    answer_to then;
    moment began;
    deed what = deed::probe;
    bool on_wire = false; ///< its body is leaving
    bool arrives = false; ///< the registry takes it in
    bool right = true;    ///< as it was sent
    std::uint64_t sent = 0;
    std::uint64_t part = 0; ///< bytes that leave at a time
    span part_time{0};
    std::optional<std::uint64_t> breaks_at;
    std::optional<protocol::http_response> refused; ///< told when the body has come
  };

  span latency();
  void cancel_if(const std::function<bool(const protocol::http_request&)>& is_meant,
                 const protocol::failure& why);
  void arrive(std::uint64_t id);
  void begin_body(std::uint64_t id);
  void go_on(std::uint64_t id);
  void move(std::uint64_t id);
  void leave_wire(flow& f);
  void close_body(std::uint64_t id);
  void break_off(std::uint64_t id, const char* why);
  void respond(std::uint64_t id, protocol::http_response response);
  void finish(std::uint64_t id, protocol::http_outcome outcome);
  void lose(std::uint64_t id, protocol::errc code, const char* why, bool complete);
  void watch_slots(const flow& fresh);
  bool was_sent_before(const protocol::http_request& request) const;

  stage& on_;
  internet& to_;
  caller who_;
  pace pace_;
  bool dead_ = false;
  std::map<std::uint64_t, flow> flows_; ///< in order of their beginning
  std::map<std::uint32_t, std::uint64_t> limits_;
  std::map<std::string, std::uint64_t> whole_; ///< bodies that have left whole, by place and offset
  std::uint64_t last_ = 0;
  std::uint64_t body_bytes_ = 0;
};

/// The HTTP actor of a process, before its line.
actors::http_actor::behavior_type paper_http(actors::http_actor::pointer self, http_line* line);

} // namespace flotilla::simulation
