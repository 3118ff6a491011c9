// tee(1) on tee(2) and splice(2): the bytes go from standard input to standard output and to each FILE inside the kernel, where it allows that.
//
//   dotnet run -c Release --project samples/Tee -- [-a] [-i] [-p] [--progress] [--explain] [FILE]...
//
// It does as GNU tee does, except that bytes of a regular file are passed on by reference, so that a pipe at standard output shows what is written to
// that file until they are read; and that a pipe whose reader has gone ends it with status 141 also where its parent ignores SIGPIPE.

using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TeeSample;

Option<bool> append = new("--append", "-a") { Description = "Append to the files, do not overwrite them.", Arity = ArgumentArity.Zero };
Option<bool> ignoreInterrupts = new("--ignore-interrupts", "-i") { Description = "Go on when interrupted (SIGINT).", Arity = ArgumentArity.Zero };
Option<bool> ignoreClosedPipes = new("-p") { Description = "Go on with the other outputs when the reader of a pipe has gone.", Arity = ArgumentArity.Zero };
Option<bool> progress = new("--progress") { Description = "Show the bytes copied and their rate on standard error.", Arity = ArgumentArity.Zero };
Option<bool> explain = new("--explain")
{
    Description = "Tell what this machine permits and which way the bytes would take to each output, on standard error, and copy nothing.",
    Arity = ArgumentArity.Zero,
};
Argument<string[]> files = new("FILE") { Description = "Where else to write.", Arity = ArgumentArity.ZeroOrMore };

// Not a RootCommand: that one takes /h and [name] for something other than files.
Command command = new("tee", "Copies standard input to standard output and to each FILE.")
{
    append, ignoreInterrupts, ignoreClosedPipes, progress, explain, files,
};
if (Array.Exists(args, argument => argument.StartsWith("--", StringComparison.Ordinal)))
{
    // Their descriptions are resources: to read these takes a tenth of the start-up.
    command.Add(new HelpOption("--help"));
    command.Add(new VersionOption());
}

command.SetAction(arguments =>
{
    // Never disposed: an interrupt that is still on its way when the copy ends is ignored too.
    PosixSignalRegistration? interrupts = arguments.GetValue(ignoreInterrupts)
        ? PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true)
        : null;
    using SafeFileHandle input = new(0, ownsHandle: false);
    if (arguments.GetValue(explain))
    {
        return Explanation.Show(input, arguments.GetValue(files)!, arguments.GetValue(append));
    }

    using OutputSet outputs = OutputSet.Create(arguments.GetValue(files)!, arguments.GetValue(append), arguments.GetValue(ignoreClosedPipes));
    Copier copier = new(input, outputs);
    int exitCode = arguments.GetValue(progress) ? ProgressView.Show(copier) : copier.Run();
    GC.KeepAlive(interrupts);
    return exitCode;
});

// What looks like an option is no file's name, unless it comes after "--".
HashSet<string> names = new(command.Options.SelectMany(option => option.Aliases.Append(option.Name)), StringComparer.Ordinal);
string? unknown = args.TakeWhile(argument => argument != "--").FirstOrDefault(argument => argument switch
{
    ['-', '-', ..] => !names.Contains(argument),
    ['-', _, ..] => argument.Skip(1).Any(letter => !names.Contains($"-{letter}")),
    _ => false,
});
if (unknown is not null)
{
    Console.Error.WriteLine($"tee: unrecognized option '{unknown}'");
    return 1;
}

// A file may well be called @name: no response files.
return command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }).Invoke();
