#pragma once

#include "protocol/result.hpp"

#include <string>
#include <string_view>

namespace flotilla::sources {

/// How Ollama names a model: `[scheme://][host/][namespace/]model[:tag]`. Case is kept, and does
/// not count in a comparison.
struct ollama_name {
  std::string host;  ///< `registry.ollama.ai` unless written
  std::string owner; ///< the namespace; `library` unless written
  std::string model;
  std::string tag; ///< `latest` unless written

  /// As Ollama shows it: without host and owner where they are the usual ones, without tag.
  std::string brief() const;
};

/// Each part begins with a letter, a digit or `_`, and is a safe file name.
/// @returns errc::malformed with a sentence that names the part.
protocol::result<ollama_name> parse_ollama_name(std::string_view text);

} // namespace flotilla::sources
