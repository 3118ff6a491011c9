using System.Diagnostics;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace TeeSample;

/// <summary>Shows on standard error how far a copy has come.</summary>
internal static class ProgressView
{
    private const double BytesInMebibyte = 1024 * 1024;

    /// <summary>Often enough to look alive, seldom enough to cost nothing.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    public static int Show(Copier copier)
    {
        // By itself it takes a console whose input is a pipe for one that nobody looks at.
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Error),
            Interactive = Console.IsErrorRedirected ? InteractionSupport.No : InteractionSupport.Yes,
        });
        Stopwatch clock = Stopwatch.StartNew();

        // Whoever interrupts this gets the cursor back.
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => console.Cursor.Show());
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => console.Cursor.Show());
        Task<int> copying = Task.Factory.StartNew(copier.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (console.Profile.Capabilities.Interactive)
        {
            console.Status().Start(Line(copier, clock), context =>
            {
                while (!copying.Wait(_interval))
                {
                    context.Status(Line(copier, clock));
                }
            });
        }

        int exitCode = copying.GetAwaiter().GetResult();
        console.WriteLine(Line(copier, clock));
        return exitCode;
    }

    private static string Line(Copier copier, Stopwatch clock)
    {
        double mebibytes = copier.Copied / BytesInMebibyte;
        return FormattableString.Invariant(
            $"{mebibytes:N1} MiB in {clock.Elapsed.TotalSeconds:F1} s, {mebibytes / clock.Elapsed.TotalSeconds:N0} MiB/s");
    }
}
