//===- Commands.cpp - The commands of dlc ---------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "dlc/Driver/Compiler.h"
#include "dlc/Driver/Json.h"
#include "dlc/Driver/Npy.h"
#include "dlc/Driver/Runner.h"
#include "dlc/Import/TensorFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;
using namespace dlc;

static cl::SubCommand compileCommand("compile", "Compile a model to a library");
static cl::SubCommand runCommandName("run", "Run a model or a library");
static cl::SubCommand checkCommand("check",
                                   "Say whether a model can be compiled");
static cl::SubCommand inspectCommand("inspect",
                                     "Show what a model consists of");

cl::SubCommand &dlc::getEvalCommand() {
  static cl::SubCommand command("eval", "Measure how good a model is");
  return command;
}
cl::SubCommand &dlc::getQuantizeCommand() {
  static cl::SubCommand command("quantize", "Make a model compute on integers");
  return command;
}
cl::SubCommand &dlc::getPruneCommand() {
  static cl::SubCommand command("prune",
                                "Remove the least of a model's weights");
  return command;
}
cl::OptionCategory &dlc::getOptionCategory() {
  static cl::OptionCategory category("Options");
  return category;
}
static cl::OptionCategory &category = getOptionCategory();

/// The commands that read a model.
#define DLC_ALL_COMMANDS                                                       \
  cl::sub(compileCommand), cl::sub(runCommandName), cl::sub(checkCommand),     \
      cl::sub(inspectCommand), cl::sub(getEvalCommand()),                      \
      cl::sub(getPruneCommand()), cl::sub(getQuantizeCommand())
/// Those that generate code, too.
#define DLC_CODE_COMMANDS                                                      \
  cl::sub(compileCommand), cl::sub(runCommandName), cl::sub(inspectCommand),   \
      cl::sub(getEvalCommand()), cl::sub(getQuantizeCommand())

static cl::opt<std::string> model(cl::Positional, cl::Required,
                                  cl::desc("MODEL"), DLC_ALL_COMMANDS,
                                  cl::cat(category));

static cl::list<std::string>
    shapes("shape",
           cl::desc("Pin the dimensions of an input, as in image=1x3x224x224"),
           cl::value_desc("NAME=DIMS"), DLC_ALL_COMMANDS, cl::cat(category));
static cl::list<std::string>
    dims("dim",
         cl::desc("Bounds and the likely size of an open dimension, as in "
                  "sequence=1..512:128, or its size, as in batch=4"),
         cl::value_desc("NAME=[MIN..MAX][:LIKELY]"), DLC_ALL_COMMANDS,
         cl::cat(category));
static cl::list<std::string>
    constants("constant",
              cl::desc("Make an input a constant: a .npy or .pb file"),
              cl::value_desc("NAME=FILE"), DLC_ALL_COMMANDS, cl::cat(category));
static cl::opt<std::string>
    targetTriple("target",
                 cl::desc("The target, as in aarch64-linux-gnu; nvptx: this "
                          "machine with a GPU"),
                 cl::value_desc("TRIPLE"), cl::sub(compileCommand),
                 cl::sub(runCommandName), cl::cat(category));
static cl::opt<std::string>
    gpuArch("gpu-arch",
            cl::desc("The GPU's architecture: sm_75, sm_80 (default), sm_90, "
                     "sm_120, ..."),
            cl::value_desc("ARCH"), cl::init("sm_80"), cl::sub(compileCommand),
            cl::sub(runCommandName), cl::cat(category));
static cl::opt<std::string>
    targetCPU("target-cpu",
              cl::desc("Whose instructions to use: native (the default here), "
                       "x86-64-v3, x86-64-v4, znver4, ..."),
              cl::value_desc("CPU"), DLC_CODE_COMMANDS, cl::cat(category));
static cl::list<std::string>
    printIRAfter("print-ir-after",
                 cl::desc("Print the IR after these passes, or after all"),
                 cl::value_desc("PASS,..."), cl::CommaSeparated,
                 DLC_CODE_COMMANDS, cl::cat(category));
static cl::opt<bool> timing("timing", cl::desc("Print the times of the passes"),
                            DLC_CODE_COMMANDS, cl::cat(category));
static cl::opt<std::string>
    reproducer("reproducer",
               cl::desc("Where a failing pass leaves what dlc-opt replays"),
               cl::value_desc("FILE"), DLC_CODE_COMMANDS, cl::cat(category));

static cl::list<std::string> states(
    "state",
    cl::desc("An input and the output that is its next value stay in the "
             "library, as in past.*=present.*; auto: those known by "
             "their names"),
    cl::value_desc("IN=OUT|auto"), cl::sub(compileCommand),
    cl::sub(runCommandName), cl::sub(checkCommand), cl::sub(inspectCommand),
    cl::cat(category));

static cl::opt<std::string>
    jsonFile("json", cl::desc("Write the figures there, too, for programs"),
             cl::value_desc("FILE"), cl::sub(runCommandName),
             cl::sub(checkCommand), cl::sub(inspectCommand),
             cl::sub(getEvalCommand()), cl::sub(getPruneCommand()),
             cl::sub(getQuantizeCommand()), cl::cat(category));
StringRef dlc::getJSONFile() { return jsonFile; }

// compile
static cl::opt<std::string>
    output("o", cl::desc("The file to write, - to print"),
           cl::value_desc("FILE"), cl::Required, cl::sub(compileCommand),
           cl::sub(getQuantizeCommand()), cl::cat(category));
static cl::opt<EmitKind> emitKind(
    "emit", cl::desc("What to write (default: what FILE's extension says)"),
    cl::values(clEnumValN(EmitKind::DLC, "dlc",
                          "the graph in the dlc dialect (.mlir)"),
               clEnumValN(EmitKind::Linalg, "linalg", "linalg on tensors"),
               clEnumValN(EmitKind::LLVM, "llvm", "LLVM IR (.ll)"),
               clEnumValN(EmitKind::Assembly, "asm", "assembly (.s)"),
               clEnumValN(EmitKind::PTX, "ptx", "a GPU's kernels (.ptx)"),
               clEnumValN(EmitKind::Object, "obj",
                          "an object, and the header (.o)"),
               clEnumValN(EmitKind::Static, "static",
                          "a static library, and the header (.a)"),
               clEnumValN(EmitKind::Library, "lib",
                          "a shared library, and the header (.so)"),
               clEnumValN(EmitKind::Header, "header", "the header alone (.h)"),
               clEnumValN(EmitKind::ONNX, "onnx",
                          "the graph as an ONNX model again (.onnx)")),
    cl::sub(compileCommand), cl::cat(category));
static cl::opt<std::string>
    prefix("prefix",
           cl::desc("What the functions' names begin with (default: FILE's "
                    "name without lib)"),
           cl::value_desc("NAME"), cl::sub(compileCommand), cl::cat(category));
enum class WeightsPlace { Embed, External };
static cl::opt<WeightsPlace>
    weights("weights", cl::desc("Where the weights go"),
            cl::values(clEnumValN(WeightsPlace::Embed, "embed",
                                  "into the library (default)"),
                       clEnumValN(WeightsPlace::External, "external",
                                  "into a file beside it, mapped at run time")),
            cl::init(WeightsPlace::Embed), cl::sub(compileCommand),
            cl::cat(category));
static cl::opt<bool> profile(
    "profile",
    cl::desc("Time each kernel (compile: make a library that can be profiled)"),
    cl::sub(compileCommand), cl::sub(runCommandName), cl::cat(category));
static cl::opt<bool> quiet("q", cl::desc("Print nothing but errors"),
                           cl::sub(compileCommand), cl::cat(category));

// run
static cl::list<std::string> inputs(
    "input", cl::desc("An input: a .npy or .pb file, in order or by name"),
    cl::value_desc("[NAME=]FILE"), cl::sub(runCommandName), cl::cat(category));
static cl::opt<uint64_t> seed("seed",
                              cl::desc("Seed of random inputs (default 0)"),
                              cl::value_desc("N"), cl::init(0),
                              cl::sub(runCommandName), cl::cat(category));
static cl::opt<std::string>
    outputDir("output-dir", cl::desc("Write the outputs there as output_K.npy"),
              cl::value_desc("DIR"), cl::sub(runCommandName),
              cl::cat(category));
static cl::opt<std::string> compareDir(
    "compare", cl::desc("Compare with golden values: input_K.pb, output_K.pb"),
    cl::value_desc("DIR"), cl::sub(runCommandName), cl::cat(category));
static cl::opt<double>
    rtol("rtol", cl::desc("Tolerance relative to the value (default 1e-3)"),
         cl::value_desc("R"), cl::init(1e-3), cl::sub(runCommandName),
         cl::cat(category));
static cl::opt<double> atol_(
    "atol",
    cl::desc("Tolerance relative to the output's largest value (default 1e-4)"),
    cl::value_desc("A"), cl::init(1e-4), cl::sub(runCommandName),
    cl::cat(category));
static cl::opt<bool> bench("bench", cl::desc("Time it"),
                           cl::sub(runCommandName), cl::cat(category));
static cl::opt<unsigned> threads("threads",
                                 cl::desc("Threads of a run (default 1)"),
                                 cl::value_desc("N"), cl::init(1),
                                 cl::sub(runCommandName), cl::cat(category));
static cl::opt<int64_t>
    past("past",
         cl::desc("Begin with states of N positions, random ones (default 0)"),
         cl::value_desc("N"), cl::init(0), cl::sub(runCommandName),
         cl::cat(category));
static cl::opt<bool>
    gpuEmulate("gpu-emulate",
               cl::desc("Run a GPU's kernels on the CPU (with --target=nvptx)"),
               cl::sub(runCommandName), cl::cat(category));
static cl::opt<bool> gpuCheck(
    "check",
    cl::desc("Look for mistakes while emulating: bounds, races, waits, ..."),
    cl::sub(runCommandName), cl::cat(category));

void dlc::hideForeignOptions() {
  cl::HideUnrelatedOptions(category);
  for (cl::SubCommand *command :
       {&compileCommand, &runCommandName, &checkCommand, &inspectCommand,
        &getEvalCommand(), &getPruneCommand(), &getQuantizeCommand()})
    cl::HideUnrelatedOptions(category, *command);
}

/// `NAME=1x3x224x224`; `NAME=` is a scalar.
static Error parseShape(StringRef text, CompileOptions &options) {
  size_t at = text.rfind('=');
  SmallVector<int64_t> dims;
  bool fine = at != StringRef::npos && at > 0;
  SmallVector<StringRef> parts;
  if (fine)
    text.substr(at + 1).split(parts, 'x', -1, /*KeepEmpty=*/true);
  if (parts.size() == 1 && parts[0].empty())
    parts.clear();
  for (StringRef part : parts) {
    int64_t dim = 0;
    fine &= !part.getAsInteger(10, dim) && dim >= 0;
    dims.push_back(dim);
  }
  if (!fine)
    return createStringError("--shape " + text +
                             ": expected NAME=DIMS, as in image=1x3x224x224");
  options.shapes[text.take_front(at)] = dims;
  return Error::success();
}

/// `NAME=MIN..MAX:LIKELY`, or one of the two; `NAME=SIZE` pins it.
static Error parseDim(StringRef text, CompileOptions &options) {
  auto fail = [&](const Twine &why) {
    return createStringError("--dim " + text + ": " + why);
  };
  auto parse = [](StringRef part, std::optional<int64_t> &size) {
    return !part.getAsInteger(10, size.emplace()) && *size >= 0;
  };
  auto [name, value] = text.rsplit('=');
  auto [bounds, likely] = value.split(':');
  auto [min, max] = bounds.split("..");
  bool isRange = bounds.contains(".."), hasLikely = value.contains(':');
  bool isFine = !name.empty() && !value.empty();
  DimRange range;
  if (isRange) {
    isFine &= parse(max, range.max) && (min.empty() || parse(min, range.min));
  } else if (hasLikely) {
    isFine &= bounds.empty();
  } else {
    isFine &= parse(bounds, range.min);
    range.max = range.min;
  }
  if (hasLikely)
    isFine &= parse(likely, range.likely);
  if (!isFine)
    return fail("expected NAME=MIN..MAX, NAME=MIN..MAX:LIKELY, NAME=..MAX, "
                "NAME=:LIKELY or NAME=SIZE, as in sequence=1..512:128");
  int64_t least = range.min.value_or(0);
  if (isRange && least > *range.max)
    return fail("there is no size from " + Twine(least) + " to " +
                Twine(*range.max));
  if (isRange && hasLikely &&
      (*range.likely < least || *range.likely > *range.max))
    return fail("the likely size is out of bounds");
  if (!options.dims.try_emplace(name, range).second)
    return fail("it has been said of " + name + " before");
  return Error::success();
}

static Error parseConstant(StringRef text, CompileOptions &options) {
  auto [name, file] = text.split('=');
  if (name.empty() || file.empty())
    return createStringError("--constant " + text + ": expected NAME=FILE");
  Expected<HostTensor> tensor = readTensor(file);
  if (!tensor)
    return tensor.takeError();
  options.constants[name] = std::move(*tensor);
  return Error::success();
}

static Expected<CompileOptions> getCompileOptions() {
  CompileOptions options;
  options.model = model;
  options.output = output;
  if (emitKind.getNumOccurrences())
    options.emit = emitKind;
  if (targetTriple == "nvptx")
    options.gpuArch = gpuArch;
  else if (gpuArch.getNumOccurrences())
    return createStringError("--gpu-arch: say --target=nvptx, too");
  else
    options.targetTriple = targetTriple;
  options.targetCPU = targetCPU;
  options.prefix = prefix;
  options.profile = profile;
  options.externalWeights = weights == WeightsPlace::External;
  options.printIRAfter = printIRAfter;
  options.spellConstant = [](StringRef input) {
    return ("--constant " + input + "=FILE").str();
  };
  options.spellShape = [](StringRef input) {
    return ("--shape " + input + "=DIMS").str();
  };
  options.spellBound = [](StringRef dim) {
    return ("pass --dim " + dim + "=..N").str();
  };
  options.states = states;
  options.timing = timing;
  options.reproducer = reproducer;
  for (const std::string &shape : shapes)
    if (Error error = parseShape(shape, options))
      return std::move(error);
  for (const std::string &dim : dims)
    if (Error error = parseDim(dim, options))
      return std::move(error);
  for (const std::string &constant : constants)
    if (Error error = parseConstant(constant, options))
      return std::move(error);
  return options;
}

static std::string formatBytes(uint64_t bytes) {
  std::string text;
  raw_string_ostream os(text);
  if (bytes < 10000)
    os << bytes << " B";
  else if (bytes < 10000000)
    os << format("%.1f kB", bytes * 1e-3);
  else
    os << format("%.1f MB", bytes * 1e-6);
  return text;
}

static void printReport(raw_ostream &os, const CompileReport &report) {
  for (const TensorSpec &spec : report.signature.inputs)
    os << "  input    " << spec.name << ": " << formatType(spec) << "\n";
  for (const TensorSpec &spec : report.signature.outputs)
    os << "  output   " << spec.name << ": " << formatType(spec) << "\n";
  for (const StateSpec &state : report.signature.states)
    os << "  state    " << state.input.name << " = " << state.output << ": "
       << formatType(state.input) << "\n";
  for (const SymbolSpec &symbol : report.signature.symbols)
    os << (symbol.isKept ? "  kept     " : "  open     ")
       << formatSymbol(symbol) << "\n";
  for (const SymbolSpec &size : getFoundSizes(report.signature))
    os << "  found    " << size.name << ": at most " << size.max << "\n";
  if (report.outputBytes)
    os << "  kernels  " << report.numKernels << "\n  weights  "
       << formatBytes(report.weightsBytes) << "\n  arena    "
       << (report.signature.symbols.empty() ? "" : "at most ")
       << formatBytes(report.arenaBytes) << "\n  size     "
       << formatBytes(report.outputBytes) << "\n";
  os << "  time     " << format("%.2f s\n", report.seconds);
  os << "wrote " << join(report.files, ", ") << "\n";
  if (!report.possibleStates.empty())
    WithColor::note(os)
        << "input '" << report.possibleStates.front().first << "' and output '"
        << report.possibleStates.front().second << "' look like one state"
        << (report.possibleStates.size() > 1
                ? ", as do " +
                      std::to_string(report.possibleStates.size() - 1) + " more"
                : std::string())
        << ": --state auto keeps it in the library\n";
}

void dlc::showProgress(StringRef step) {
  if (!sys::Process::StandardErrIsDisplayed())
    return;
  errs() << "\r\x1b[K";
  if (!step.empty())
    errs() << step << " ...";
}

static Error compile(CompileOptions options) {
  if (!quiet)
    options.progress = showProgress;
  CompileReport report;
  Error error = compileModel(options, report);
  if (!quiet)
    showProgress("");
  if (error)
    return error;
  if (!quiet && options.output != "-")
    printReport(errs(), report);
  return Error::success();
}

static Error check(const CompileOptions &options) {
  Signature signature;
  if (Error error = checkModel(options, signature))
    return error;
  llvm::json::Object figures{{"signature", toJSON(signature)}};
  outs() << options.model << ": ok";
  if (!StringRef(options.model).ends_with(".mlir")) {
    Expected<ModelSummary> summary = readModelSummary(options.model);
    if (!summary)
      return summary.takeError();
    outs() << ": " << summary->numNodes << " nodes, opset " << summary->opset;
    figures["nodes"] = int64_t(summary->numNodes);
    figures["opset"] = summary->opset;
  }
  outs() << "\n";
  for (const SymbolSpec &symbol : signature.symbols)
    outs() << "  open size " << formatSymbol(symbol) << "\n";
  return jsonFile.empty() ? Error::success()
                          : writeJSON(std::move(figures), jsonFile);
}

static Error run(CompileOptions compile) {
  RunOptions options;
  options.compile = std::move(compile);
  options.inputs = inputs;
  options.seed = seed;
  options.outputDir = outputDir;
  options.compareDir = compareDir;
  options.rtol = rtol;
  options.atol = atol_;
  options.bench = bench;
  options.profile = profile;
  options.threads = threads;
  if (past < 0)
    return createStringError("--past " + Twine(past) +
                             ": there are no fewer positions than 0");
  options.past = past;
  options.emulate = gpuEmulate;
  options.emulateChecked = gpuCheck;
  if (gpuCheck && !gpuEmulate)
    return createStringError("--check: say --gpu-emulate, too");
  options.json = jsonFile;
  return runModel(std::move(options), outs());
}

Error dlc::runCommand() {
  Expected<CompileOptions> options = getCompileOptions();
  if (!options)
    return options.takeError();
  if (compileCommand)
    return compile(std::move(*options));
  if (runCommandName)
    return run(std::move(*options));
  if (checkCommand)
    return check(*options);
  if (inspectCommand)
    return inspectModel(*options, outs(), jsonFile);
  if (getPruneCommand())
    return runPruneCommand(std::move(*options));
  if (getQuantizeCommand())
    return runQuantizeCommand(std::move(*options));
  if (getEvalCommand())
    return runEvalCommand(std::move(*options));
  return createStringError("no such command; see dlc --help");
}
