#pragma once

#include "protocol/http.hpp"
#include "protocol/verdict.hpp"

#include <utility>

namespace flotilla::protocol {

/// Tells a registry in trouble from one whose record of this one thing is broken. Distribution that
/// dies while it links a blob leaves an empty link behind, and answers 500 to every question about
/// that blob until it is sent again: seen with 2.8.2. One for each thing that is asked for.
class broken_record {
public:
  static constexpr unsigned most = 7; ///< answers; with the usual waits, about 8 s

  /// Hears each answer to the question. @returns whether to go on as if it were a 404: the 500s
  /// have become too many. Other trouble says nothing of the record.
  bool shown_by(const http_outcome& answer) noexcept {
    const auto* response = answer.response();
    return response != nullptr && response->status == 500 && ++seen_ >= most;
  }

private:
  unsigned seen_ = 0;
};

/// A judge of the answers to one question, whether something is there, that takes for absent what
/// the registry cannot tell of.
/// @param judge what else an answer means: `verdict<presence>(const http_outcome&)`
/// @param mended the thing is sent again if it is absent; if not, only the registry's word counts
template <class Judge>
auto unless_broken(Judge judge, bool mended = true) {
  return [judge = std::move(judge), mended,
          record = broken_record{}](const http_outcome& answer) mutable -> verdict<presence> {
    if (mended && record.shown_by(answer))
      return presence::absent;
    return judge(answer);
  };
}

} // namespace flotilla::protocol
