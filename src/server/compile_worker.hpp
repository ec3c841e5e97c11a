#pragma once

#include "compile/compile.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace flyball::server {

// What the compile worker and its parent, `WorkerCompiler`, say to each other over the worker's standard input and
// output. The worker begins with the greeting, when it is confined. Then, as often as the parent likes: a job
// (`encode_snapshot`), and its answer (`encode_compiled`); before each its length, eight bytes, the lowest first.

inline constexpr std::string_view worker_greeting = "flyball compile worker\n";
inline constexpr std::uint64_t max_worker_message = std::uint64_t{1} << 30U;
inline constexpr std::uint64_t worker_memory = std::uint64_t{4} << 30U;
inline constexpr int worker_out_of_memory = 3;  ///< Its exit status when it needs more than that.

/// Confines this process and answers jobs until its standard input ends. Gives the exit status; the caller then ends
/// the process by `_exit`, since the ordinary way may ask for what is no longer allowed.
int run_compile_worker(const std::function<compile::Compiled(const Snapshot&)>& compiler = compile::compile);

}  // namespace flyball::server
