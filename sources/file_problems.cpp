#include "sources/file_problems.hpp"

#include "sources/wording.hpp"

#include <algorithm>
#include <utility>

namespace flotilla::sources {

void file_problems::add_missing(const std::string& name) {
  add(missing_kind, name + ": missing");
}

void file_problems::add_wrong(const std::string& name, const std::string& problem) {
  add(wrong_kind, name + ": " + problem);
}

void file_problems::add(const protocol::digest& id, const file_state& state) {
  auto name = protocol::blob_file(state.naming, id);
  add(state.missing ? missing_kind : wrong_kind, name + ": " + state.problem);
}

void file_problems::add(const file_problems& more) {
  auto counts = counts_;
  for (const auto& x : more.first_)
    add(x.of, x.text);
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts_[i] = counts[i] + more.counts_[i];
}

void file_problems::add(kind of, std::string text) {
  if (++counts_[of] <= listed_at_most)
    first_.push_back({of, std::move(text)});
}

std::vector<std::string> file_problems::missing() const {
  return sentences(missing_kind);
}

std::vector<std::string> file_problems::wrong() const {
  return sentences(wrong_kind);
}

std::vector<std::string> file_problems::sentences(kind of) const {
  std::vector<std::string> all;
  for (const auto& x : first_)
    if (x.of == of)
      all.push_back(x.text);
  if (auto count = counts_[of]; count > all.size())
    all.push_back("and " + std::to_string(count - all.size()) + " more");
  return all;
}

protocol::failure file_problems::to_failure(const std::string& root, std::size_t looked_at) const {
  auto count = missing_count() + wrong_count();
  auto shown = std::min(first_.size(), listed_at_most);
  auto text = std::to_string(count) + " of " + std::to_string(looked_at) + " files in "
              + in_quotes(root) + (count == 1 ? " is" : " are") + " not what the manifest says: ";
  for (std::size_t i = 0; i < shown; ++i)
    text += (i == 0 ? "" : "; ") + first_[i].text;
  if (count > shown)
    text += "; and " + std::to_string(count - shown) + " more";
  return invalid(std::move(text),
                 "bring the model here again (pull or copy it), or mend the files; "
                 "nothing was sent");
}

} // namespace flotilla::sources
