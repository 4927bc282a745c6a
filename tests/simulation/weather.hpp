#pragma once

#include "protocol/http.hpp"
#include "tests/simulation/fault.hpp"
#include "tests/simulation/stage.hpp"

#include <optional>
#include <vector>

namespace flotilla::simulation {

/// What a request is about. As bits, in the order of this list, in `fault::who` of a trouble; none
/// of them: any.
enum class deed : std::uint8_t {
  probe,
  head_blob,
  open,   ///< POST
  body,   ///< PATCH or PUT with bytes of a blob
  close,  ///< PUT without
  status, ///< GET or DELETE of a session
  head_manifest,
  get_manifest,
  put_manifest,
  token,
};
constexpr std::uint32_t deeds = 10;

/// The faults that are in force between the nodes and the registry.
class weather {
public:
  explicit weather(stage& on) : on_(on) {
  }

  /// One of a kind that has to do with requests.
  void begin(const fault& x);

  bool is_unreachable() const;
  /// What the registry, or what stands before it, answers in its stead.
  struct strike {
    protocol::http_response answer;
    bool takes_effect = false; ///< the registry has done what was asked for, all the same
  };
  std::optional<strike> on_request(deed what);
  /// After how many bytes the body breaks off; `length`: it arrives, and its answer does not.
  std::optional<std::uint64_t> on_body(std::uint64_t length);
  bool loses_answer(deed what);
  bool mangles();

private:
  struct force {
    fault of;
    moment until;
    std::uint32_t left;
  };
  bool has_passed(const force& x) const;
  force* find(fault_kind what);

  stage& on_;
  std::vector<force> forces_;
};

protocol::http_response answer(int status, protocol::header_fields fields = {},
                               std::string body = {});
/// With a registry's error code in its body.
protocol::http_response refusal(int status, const char* code);

} // namespace flotilla::simulation
