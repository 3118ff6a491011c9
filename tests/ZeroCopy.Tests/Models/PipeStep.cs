using System.Globalization;

namespace ZeroCopy.Tests.Models;

/// <summary>One call: on which pipe, to which other one if there is one, and of how many bytes.</summary>
internal sealed record PipeStep(PipeCall Call, int On, int To, int Amount)
{
    private bool IsClose => Call is PipeCall.CloseReader or PipeCall.CloseWriter;

    private bool IsBetweenTwo => Call is PipeCall.Splice or PipeCall.Tee;

    public IEnumerable<PipeStep> Smaller() => IsClose ? [] : Programs.Smaller(Amount).Select(amount => this with { Amount = amount });

    /// <summary>The name of the call, the numbers of the pipes and that of the bytes.</summary>
    public override string ToString() => IsClose ? $"{Call} {On}" : IsBetweenTwo ? $"{Call} {On} {To} {Amount}" : $"{Call} {On} {Amount}";

    public static PipeStep Parse(string text)
    {
        string[] words = Programs.Split(text, ' ');
        int[] numbers = [.. words[1..].Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        return new PipeStep(Enum.Parse<PipeCall>(words[0]), numbers[0], numbers.Length == 3 ? numbers[1] : numbers[0], numbers[^1]);
    }
}
