// Reading the tree, and telling code from comments and literals.
#include "source.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace lockstep::house {
namespace {

bool ends_with_any(std::string_view path, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view e) { return path.ends_with(e); });
}

/// The delimiter of a raw literal that opens at `at` (which points to its quote), as )delimiter".
std::string raw_literal_end(std::string_view text, std::size_t at) {
  const auto open = text.find('(', at);
  if (open == std::string_view::npos) {
    return "\"";
  }
  return ")" + std::string(text.substr(at + 1, open - at - 1)) + "\"";
}

std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  std::size_t i = at + 1;
  while (i < text.size() && text[i] != quote && text[i] != '\n') {
    i += text[i] == '\\' ? 2 : 1;
  }
  return std::min(i + 1, text.size());
}

bool is_digit_separator(std::string_view text, std::size_t at) {
  return at > 0 && std::isxdigit(static_cast<unsigned char>(text[at - 1])) != 0 && at + 1 < text.size() &&
         std::isxdigit(static_cast<unsigned char>(text[at + 1])) != 0;
}

/// Where the comment or literal that begins at `at` ends; `at` itself if none begins there.
std::size_t skip_from(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("//")) {
    return std::min(text.find('\n', at), text.size());
  }
  if (rest.starts_with("/*")) {
    const auto end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  if (text[at] == '"') {
    if (at > 0 && text[at - 1] == 'R') {
      const std::string end = raw_literal_end(text, at);
      const auto found = text.find(end, at);
      return found == std::string_view::npos ? text.size() : found + end.size();
    }
    return end_of_quoted(text, at);
  }
  if (text[at] == '\'' && !is_digit_separator(text, at)) {
    return end_of_quoted(text, at);
  }
  return at;
}

std::string blank_comments_and_literals(std::string_view text) {
  std::string code(text);
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t end = skip_from(text, i);
    for (std::size_t j = i; j < end; ++j) {
      if (code[j] != '\n') {
        code[j] = ' ';
      }
    }
    i = end > i ? end : i + 1;
  }
  return code;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

bool Source::is_cpp() const {
  return ends_with_any(path, {".h", ".cpp"});
}

bool Source::in(std::string_view folder) const {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

Source source_of(std::string path, std::string_view text) {
  Source source{std::move(path), split_lines(text), {}};
  if (source.is_cpp()) {
    source.code = split_lines(blank_comments_and_literals(text));
  }
  return source;
}

std::vector<Source> read_tree(const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  std::vector<Source> sources;
  for (const char* top : {"node", "sim", "scenarios", "tests", "fuzz", "tools", "cmake"}) {
    if (!fs::is_directory(root / top)) {
      continue;
    }
    for (auto it = fs::recursive_directory_iterator(root / top); it != fs::recursive_directory_iterator();
         ++it) {
      if (it->is_directory() && it->path().filename() == "corpus") {
        it.disable_recursion_pending();
        continue;
      }
      const std::string path = it->path().lexically_relative(root).generic_string();
      if (it->is_regular_file() &&
          ends_with_any(path, {".h", ".cpp", ".cmake", "CMakeLists.txt", ".sh", ".py"})) {
        std::ifstream in(it->path(), std::ios::binary);
        sources.push_back(source_of(path, std::string(std::istreambuf_iterator<char>(in), {})));
      }
    }
  }
  std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  return sources;
}

}  // namespace lockstep::house
